import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createUidOfPeer, type ReadTable } from '../../src/server/peer-uid.js'
import { tableKeys } from '../../src/server/socket-table.js'
import { waitFor } from './rig.js'

const own = { address: '127.0.0.1', port: 8080 }
const client = (port: number) => ({ address: '127.0.0.1', port })

function lineOf(port: number, name: 'tcp' | 'tcp6', uid: number): string {
  return `0${tableKeys(client(port), own)[name]}01 0:0 0:0 0 ${uid} 0 99 1\n`
}

/** Tables whose reading the test lets go on, piece by piece. */
function scriptedTables(tables: Record<'tcp' | 'tcp6', string[]>) {
  const reads: string[] = []
  const gates: (() => void)[] = []
  const readTable: ReadTable = async (name, isEnough) => {
    reads.push(name)
    await new Promise<void>((resolve) => gates.push(resolve))
    for (const piece of tables[name]) if (isEnough(piece)) return void reads.push(`${name} is enough`)
  }
  return { readTable, reads, next: () => waitFor(() => gates.shift()).then((open) => open()) }
}

test('reads the second table only for who is not in the first, and no further than needed', async () => {
  const tables = scriptedTables({ tcp: [lineOf(1, 'tcp', 7), lineOf(2, 'tcp', 8), ''], tcp6: [lineOf(3, 'tcp6', 9)] })
  const uidOfPeer = createUidOfPeer(tables.readTable)
  const first = uidOfPeer(client(1), own)
  await tables.next()
  expect(await first).toBe(7)
  const second = uidOfPeer(client(3), own)
  await tables.next()
  await tables.next()
  expect(await second).toBe(9)
  expect(tables.reads).toEqual(['tcp', 'tcp is enough', 'tcp', 'tcp6', 'tcp6 is enough'])
})

test('a hundred that come during a look are found in what is still to be read', async () => {
  const ports = Array.from({ length: 100 }, (_, index) => index + 1)
  const tables = scriptedTables({ tcp: [ports.map((port) => lineOf(port, 'tcp', port)).join('')], tcp6: [] })
  const uidOfPeer = createUidOfPeer(tables.readTable)
  const all = Promise.all(ports.map((port) => uidOfPeer(client(port), own)))
  await tables.next()
  expect(await all).toEqual(ports)
  expect(tables.reads).toEqual(['tcp', 'tcp is enough'])
})

test('those who came during a look and whose lines had been read share the next one, and it is their first', async () => {
  const [first, ...late] = [1, 2, 3, 4]
  const pieces = [2, 3, 4].map((port) => lineOf(port, 'tcp', port)).join('')
  let looks = 0
  const uids: Promise<number | undefined>[] = []
  const uidOfPeer = createUidOfPeer(async (name, isEnough) => {
    if (name === 'tcp6') return
    looks += 1
    if (isEnough(pieces)) return
    // The first look has gone past their lines.
    if (looks === 1) for (const port of late) uids.push(uidOfPeer(client(port), own))
    isEnough(looks === 1 ? lineOf(first as number, 'tcp', 1) : '')
  })
  expect(await uidOfPeer(client(1), own)).toBe(1)
  expect(await Promise.all(uids)).toEqual(late)
  expect(looks).toBe(2)
})

test('who is in no table is looked for four times, and is nobody', async () => {
  const tables = scriptedTables({ tcp: [], tcp6: [] })
  const uid = createUidOfPeer(tables.readTable)(client(1), own)
  for (let reads = 0; reads < 8; reads += 1) await tables.next()
  expect(await uid).toBeUndefined()
  expect(tables.reads).toEqual(Array(4).fill(['tcp', 'tcp6']).flat())
})

test('a table that cannot be read is an error for those who waited, and for nobody after', async () => {
  let isBroken = true
  const uidOfPeer = createUidOfPeer(async (_name, isEnough) => {
    if (isBroken) throw new Error('EACCES')
    isEnough(lineOf(1, 'tcp', 7))
  })
  await expect(uidOfPeer(client(1), own)).rejects.toThrow('EACCES')
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
