import type { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type SecureContext, type TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAuthority, openAuthority } from '../../src/tls/authority.js'
import { createLeafContexts } from '../../src/tls/contexts.js'

const DAY_MS = 86_400_000

async function setUp({ maxEntries }: { maxEntries?: number } = {}) {
  let now = Date.now()
  const authority = openAuthority(await createAuthority(['corp.test'], now))
  const contexts = createLeafContexts(authority, { now: () => now, ...(maxEntries !== undefined && { maxEntries }) })
  const pass = (ms: number) => {
    now += ms
  }
  return { authority, contexts, pass }
}

/** What a client is shown. */
async function shownBy(context: SecureContext, root: string, servername: string): Promise<X509Certificate> {
  const server = createServer({ SNICallback: (_name, done) => done(null, context) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', servername, ca: [root] })
  await once(socket, 'secureConnect')
  const certificate = socket.getPeerX509Certificate()
  socket.destroy()
  if (certificate === undefined) throw new Error('no certificate was shown')
  return certificate
}

describe('contexts', () => {
  it('serve a host with a leaf that clients take', async () => {
    const { authority, contexts } = await setUp()
    const context = await contexts.secureContextFor('wiki.corp.test')
    const leaf = await shownBy(context, authority.rootPem, 'wiki.corp.test')
    expect(leaf.subjectAltName).toBe('DNS:wiki.corp.test')
  })

  it('are made once a host, however it is written and however many ask at once', async () => {
    const { contexts } = await setUp()
    const hosts = ['a.corp.test', 'A.CORP.TEST', 'a.corp.test.', 'a.corp.test']
    const [first, ...others] = await Promise.all(hosts.map((host) => contexts.secureContextFor(host)))
    for (const other of others) expect(other).toBe(first)
    expect(await contexts.secureContextFor('a.corp.test')).toBe(first)
    expect(await contexts.secureContextFor('b.corp.test')).not.toBe(first)
  })

  it('share one key, and no certificate', async () => {
    const { authority, contexts } = await setUp()
    const shown = async (host: string) => shownBy(await contexts.secureContextFor(host), authority.rootPem, host)
    const [one, other] = [await shown('a.corp.test'), await shown('b.corp.test')]
    expect(one.publicKey.equals(other.publicKey)).toBe(true)
    expect(one.serialNumber).not.toBe(other.serialNumber)
  })

  it('are renewed when a third of their time is left', async () => {
    const { contexts, pass } = await setUp()
    const first = await contexts.secureContextFor('a.corp.test')
    pass(20 * DAY_MS - 1)
    expect(await contexts.secureContextFor('a.corp.test')).toBe(first)
    pass(1)
    expect(await contexts.secureContextFor('a.corp.test')).not.toBe(first)
  })

  it('are refused once the authority has expired', async () => {
    const { contexts, pass } = await setUp()
    pass(730 * DAY_MS)
    await expect(contexts.secureContextFor('a.corp.test')).rejects.toThrow('iam-auth-proxy ca install')
  })

  it('are forgotten when there are too many, those asked for longest ago first', async () => {
    const { contexts } = await setUp({ maxEntries: 2 })
    const a = await contexts.secureContextFor('a.corp.test')
    const b = await contexts.secureContextFor('b.corp.test')
    expect(await contexts.secureContextFor('a.corp.test')).toBe(a)
    await contexts.secureContextFor('c.corp.test')
    expect(await contexts.secureContextFor('a.corp.test')).toBe(a)
    expect(await contexts.secureContextFor('b.corp.test')).not.toBe(b)
  })

  it('of our hosts are not pushed out by names that are not ours', async () => {
    const { contexts } = await setUp({ maxEntries: 2 })
    const a = await contexts.secureContextFor('a.corp.test')
    for (const host of ['evil.test', '127.0.0.1', 'corp.test.evil', 'x.corp.test/', '']) {
      await expect(contexts.secureContextFor(host)).rejects.toThrow(RangeError)
    }
    expect(await contexts.secureContextFor('a.corp.test')).toBe(a)
  })

  it('are made in milliseconds', async () => {
    const { contexts } = await setUp()
    await contexts.secureContextFor('warm.corp.test')
    const start = process.cpuUsage()
    for (let count = 0; count < 50; count++) await contexts.secureContextFor(`h${count}.corp.test`)
    const { user, system } = process.cpuUsage(start)
    // Of the processor, not of the clock: others may use the machine. Measured: 3 ms, with a new RSA key each it would be 100.
    expect((user + system) / 1000 / 50).toBeLessThan(30)
  })
})
