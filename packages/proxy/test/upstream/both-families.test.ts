import https from 'node:https'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { startBlackHole } from '../../../../test/support/black-hole.js'
import { thisTest } from '../../../../test/support/cleanup.js'
import { parseSites } from '../../src/gateway/sites.js'
import { createDestinationPolicy } from '../../src/server/destinations.js'
import { connect } from '../../src/upstream/connect.js'
import { createDirectDial, type Resolve } from '../../src/upstream/direct.js'
import { connectRaw, listenAsOrigin, requestBytes, sendRaw, startOrigin, startProxy } from '../server/rig.js'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from './localhost-certificate.js'

/** A name with an address of each family; the service is at the IPv4 one. */
const V6_FIRST = ['::1', '127.0.0.1']

/** ms: Node gives an address 250; the rest is for a machine that has other things to do. */
const SOON_MS = 1500

const resolveTo =
  (addresses: readonly string[]): Resolve =>
  (_hostname, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: net.isIP(address) })),
    )

/** What becomes of IPv6 at the service's port. */
const BROKEN: readonly [what: string, breakIt: (port: number) => Promise<void>][] = [
  ['refuses', async () => {}],
  ['swallows what is sent to it', (port) => startBlackHole({ host: '::1', port }, thisTest)],
]

describe.each(BROKEN)('an IPv6 address that %s costs no connection', (_what, breakIt) => {
  async function setUp(server?: https.Server) {
    const origin = server ? await listenAsOrigin(server) : await startOrigin((_, response) => response.end('here'))
    await breakIt(origin.port)
    const upstream = { resolve: resolveTo(V6_FIRST), ca: [LOCALHOST_CERTIFICATE] }
    const proxy = await startProxy({ upstream, isTrusted: () => true })
    return { ...origin, proxy }
  }
  const secureServer = () =>
    https.createServer({ key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE }, (_, response) => response.end('here'))

  /** How long it took. */
  async function timed(task: () => Promise<unknown>): Promise<number> {
    const start = performance.now()
    await task()
    return performance.now() - start
  }

  test('over http', async () => {
    const { port, proxy } = await setUp()
    const ask = () => sendRaw(proxy.port, requestBytes(`http://wiki.example:${port}/`), /here$/)
    expect(await timed(ask)).toBeLessThan(SOON_MS)
  })

  test('over https', async () => {
    const { port, proxy } = await setUp(secureServer())
    const ask = () => sendRaw(proxy.port, requestBytes(`https://localhost:${port}/`), /here$/)
    expect(await timed(ask)).toBeLessThan(SOON_MS)
  })

  test('at a gateway', async () => {
    const { port, proxy } = await setUp()
    const sites = parseSites([`http://wiki.example:${port}=wiki`])
    const gateway = await proxy.server.listenAsGateway('127.0.0.1', 0, sites)
    const ask = () =>
      sendRaw(gateway.address.port, `GET / HTTP/1.1\r\nHost: wiki.localhost:${gateway.address.port}\r\n\r\n`, /here$/)
    expect(await timed(ask)).toBeLessThan(SOON_MS)
  })

  test.each([
    ['http', 'a request'],
    ['\x00\x01', 'bytes'],
  ])('in a tunnel that carries %j', async (_bytes, what) => {
    const echo = net.createServer((socket) => socket.on('data', (chunk) => socket.write(`said ${chunk}`)))
    const origin =
      what === 'bytes' ? await listenAsOrigin(echo) : await startOrigin((_, response) => response.end('said'))
    await breakIt(origin.port)
    const proxy = await startProxy({ upstream: { resolve: resolveTo(V6_FIRST) } })
    const client = connectRaw(proxy.port)
    const ask = async () => {
      client.write(`CONNECT wiki.example:${origin.port} HTTP/1.1\r\nHost: wiki.example:${origin.port}\r\n\r\n`)
      await client.until(/^HTTP\/1\.1 200 .*\r\n\r\n$/s)
      client.write(
        what === 'bytes' ? '\x00\x01' : requestBytes('http://wiki.example/').replace('http://wiki.example', ''),
      )
      await client.until(/said/)
    }
    expect(await timed(ask)).toBeLessThan(SOON_MS)
  })
})

describe('an address that is slow', () => {
  const dialTo = (addresses: readonly string[], connectTimeoutMs: number) =>
    createDirectDial({
      destinationPolicy: createDestinationPolicy({ allowLoopback: true, isTrusted: () => false }),
      connectTimeoutMs,
      resolve: resolveTo(addresses),
    })

  test('gets its time where it is the only way: the other family is none', async () => {
    const port = await freePortOfBoth()
    await startBlackHole({ host: '127.0.0.1', port, awakeAfterMs: 500 }, thisTest)
    const socket = await dialTo(['127.0.0.1', '::1'], 5000)({ host: 'far.example', port })
    expect(socket.remoteAddress).toBe('127.0.0.1')
    socket.destroy()
  })

  test('but no more than a connection has', async () => {
    const port = await freePortOfBoth()
    await startBlackHole({ host: '127.0.0.1', port }, thisTest)
    const start = performance.now()
    const dial = dialTo(['127.0.0.1', '::1'], 600)({ host: 'far.example', port })
    await expect(dial).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    expect(performance.now() - start).toBeLessThan(SOON_MS + 600)
  })

  test('what refuses at both addresses is not asked again', async () => {
    let asked = 0
    const lookup: net.LookupFunction = (_hostname, _options, callback) => {
      asked += 1
      callback(null, [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ])
    }
    const port = await freePortOfBoth()
    await expect(connect({ host: 'a.example', port, lookup }, 1000)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(asked).toBe(1)
  })

  async function freePortOfBoth(): Promise<number> {
    const server = net.createServer()
    await new Promise<void>((resolve) => server.listen(0, '::', resolve))
    const { port } = server.address() as net.AddressInfo
    await new Promise((resolve) => server.close(resolve))
    return port
  }
})
