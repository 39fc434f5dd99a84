import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createUidOfPeer, type OpenTable } from '../../src/server/peer-uid.js'
import { tableKeys } from '../../src/server/socket-table.js'
import { waitFor } from './rig.js'

const own = { address: '127.0.0.1', port: 8080 }
const client = (port: number) => ({ address: '127.0.0.1', port })

function lineOf(port: number, name: 'tcp' | 'tcp6', uid: number, state = '01'): string {
  return `0${tableKeys(client(port), own)[name]}${state} 0:0 0:0 0 ${uid} 0 99 1\n`
}

/** Opens tables of these pieces; `reading` is told before each of them is given away. */
function tablesOf(tables: Partial<Record<'tcp' | 'tcp6', string[]>>, reading = async (_piece: string) => {}) {
  const seen: string[] = []
  const openTable: OpenTable = async (name) => {
    const pieces = [...(tables[name] ?? [])]
    seen.push(name)
    const read = async () => {
      const piece = pieces.shift()
      if (piece !== undefined) await reading(piece)
      return piece
    }
    return { read, close: async () => void seen.push(`${name} closed`) }
  }
  return { openTable, seen }
}

/** A look's last steps are all promises. */
const lookEnded = () => new Promise((resolve) => setImmediate(resolve))

test('reads the second table only for who is not in the first, and no further than needed', async () => {
  const read: string[] = []
  const { openTable, seen } = tablesOf(
    { tcp: [lineOf(1, 'tcp', 7), lineOf(2, 'tcp', 8)], tcp6: [lineOf(3, 'tcp6', 9)] },
    async (piece) => void read.push(piece),
  )
  const uidOfPeer = createUidOfPeer(openTable)
  expect(await uidOfPeer(client(1), own)).toBe(7)
  await lookEnded()
  expect([seen, read.length]).toEqual([['tcp', 'tcp closed'], 1])
  expect(await uidOfPeer(client(3), own)).toBe(9)
  await lookEnded()
  expect([seen.slice(2), read.length]).toEqual([['tcp', 'tcp closed', 'tcp6', 'tcp6 closed'], 4])
})

test('a hundred that come at once are found in one look', async () => {
  const ports = Array.from({ length: 100 }, (_, index) => index + 1)
  const { openTable, seen } = tablesOf({ tcp: [ports.map((port) => lineOf(port, 'tcp', port)).join('')] })
  const uidOfPeer = createUidOfPeer(openTable)
  expect(await Promise.all(ports.map((port) => uidOfPeer(client(port), own)))).toEqual(ports)
  await lookEnded()
  expect(seen).toEqual(['tcp', 'tcp closed'])
})

test('those who came during a look and whose lines had been read share the next one, and it is their first', async () => {
  const late = [2, 3, 4]
  const early = late.map((port) => lineOf(port, 'tcp', port)).join('')
  const uids: Promise<number | undefined>[] = []
  const { openTable, seen } = tablesOf({ tcp: [early, lineOf(1, 'tcp', 1)] }, async (piece) => {
    // The first look has gone past their lines.
    if (piece !== early && uids.length === 0) for (const port of late) uids.push(uidOfPeer(client(port), own))
  })
  const uidOfPeer = createUidOfPeer(openTable)
  expect(await uidOfPeer(client(1), own)).toBe(1)
  expect(await Promise.all(uids)).toEqual(late)
  expect(seen.filter((name) => name === 'tcp')).toHaveLength(2)
})

test.each([
  ['was still connecting', lineOf(2, 'tcp', 0, '02')],
  ['had a closed connection of the same ports', lineOf(2, 'tcp', 0, '06')],
  ['was another user’s with the same ports', lineOf(2, 'tcp', 0)],
])('what the kernel said before somebody came counts for nothing: a line that %s', async (_, stale) => {
  let uid: Promise<number | undefined> | undefined
  const tcp = [stale, '']
  const { openTable } = tablesOf({ tcp }, async () => {
    // Comes while a read is under way, which has seen the line as it was.
    uid ??= uidOfPeer(client(2), own)
    tcp[0] = lineOf(2, 'tcp', 8)
  })
  const uidOfPeer = createUidOfPeer(openTable)
  const first = uidOfPeer(client(1), own)
  await waitFor(() => uid)
  expect(await uid).toBe(8)
  expect(await first).toBeUndefined()
})

test('who is in no table is looked for four times, and is nobody', async () => {
  const { openTable, seen } = tablesOf({})
  expect(await createUidOfPeer(openTable)(client(1), own)).toBeUndefined()
  expect(seen.filter((name) => !name.endsWith('closed'))).toEqual(Array(4).fill(['tcp', 'tcp6']).flat())
})

test('a table that cannot be read is an error for those who waited, and for nobody after', async () => {
  let isBroken = true
  const { openTable, seen } = tablesOf({ tcp: [lineOf(1, 'tcp', 7)] }, async () => {
    if (isBroken) throw new Error('EACCES')
  })
  const uidOfPeer = createUidOfPeer(openTable)
  await expect(uidOfPeer(client(1), own)).rejects.toThrow('EACCES')
  expect(seen).toEqual(['tcp', 'tcp closed'])
  isBroken = false
  expect(await uidOfPeer(client(1), own)).toBe(7)
})

const SAYS_HELLO = 'const [host, port] = process.argv.slice(1); require("net").connect(port, host).write("x")'

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'))

describe.skipIf(process.platform !== 'linux')('the real tables', () => {
  async function accepted(host: string, listenOn: string, options: { uid?: number; gid?: number } = {}) {
    const server = net.createServer().listen(0, listenOn)
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    const child = spawn(process.execPath, ['-e', SAYS_HELLO, host, String(port)], { ...options, cwd: '/' })
    onTestFinished(() => void child.kill())
    const [socket] = (await once(server, 'connection')) as [net.Socket]
    onTestFinished(() => void socket.destroy())
    return socket
  }
  const uidOf = ({ remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 }: net.Socket) =>
    createUidOfPeer()({ address: remoteAddress, port: remotePort }, { address: localAddress, port: localPort })

  const inIpv6 = [
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', '::'],
    ['::1', '::1'],
  ] as const
  test.each([['127.0.0.1', '127.0.0.1'] as const, ...(hasIpv6 ? inIpv6 : [])])(
    'know who has connected to %s where %s listens',
    async (host, listenOn) => {
      expect(await uidOf(await accepted(host, listenOn))).toBe(process.getuid?.())
    },
  )

  test.skipIf(process.getuid?.() !== 0)('know another user', async () => {
    expect(await uidOf(await accepted('127.0.0.1', '127.0.0.1', { uid: 65_534, gid: 65_534 }))).toBe(65_534)
  })
})
