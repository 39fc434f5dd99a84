import net from 'node:net'
import { expect, test } from 'vitest'
import { listenAsOrigin, requestBytes, sendRaw, startOrigin, startProxy, startRawOrigin } from '../server/rig.js'
import { startSocksServer } from './socks-server.js'

async function startProxyBehind(port: number, more: { user?: string; password?: string } = {}, allowLoopback = true) {
  return startProxy({ allowLoopback, upstream: { socks: { host: '127.0.0.1', port, ...more }, connectTimeoutMs: 500 } })
}

test('requests go through, names are resolved at the far end, connections are pooled', async () => {
  const origin = await startOrigin((_, response) => response.end('ok'))
  const socks = await startSocksServer({ resolve: () => '127.0.0.1' })
  const proxy = await startProxyBehind(socks.port)
  for (let i = 0; i < 3; i++) {
    await sendRaw(proxy.port, requestBytes(`http://wiki.corp.example:${origin.port}/`), /ok$/)
  }
  expect(socks.asked).toEqual([`wiki.corp.example:${origin.port}`])
})

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['[::1]', '0000:0000:0000:0000:0000:0000:0000:0001'],
  ['[2001:db8::7f00:1]', '2001:0db8:0000:0000:0000:0000:7f00:0001'],
])('the literal %s travels as bytes', async (host, asked) => {
  const origin = await startOrigin((_, response) => response.end('ok'))
  const socks = await startSocksServer({ resolve: () => '127.0.0.1' })
  const proxy = await startProxyBehind(socks.port)
  await sendRaw(proxy.port, requestBytes(`http://${host}:${origin.port}/`), /ok$/)
  expect(socks.asked).toEqual([`${asked}:${origin.port}`])
})

test('user and password are sent where the server wants them', async () => {
  const origin = await startOrigin((_, response) => response.end('ok'))
  const socks = await startSocksServer({ user: 'me', password: 'secret', isSlow: true })
  const right = await startProxyBehind(socks.port, { user: 'me', password: 'secret' })
  expect(await sendRaw(right.port, requestBytes(`${origin.url}/`), /ok$/)).toMatch(/^HTTP\/1.1 200 /)
  for (const wrong of [{ user: 'me', password: 'x' }, {}]) {
    const proxy = await startProxyBehind(socks.port, wrong)
    const answer = await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /\n$/)
    expect(answer).toMatch(/^HTTP\/1.1 502 .*127\.0\.0\.1:\d+ refuses this user and password/s)
  }
})

test('a server that answers before it is asked does not lose a byte to the handshake', async () => {
  const eager = await listenAsOrigin(net.createServer((socket) => void socket.write('220 ready')))
  for (const isSlow of [true, false]) {
    const socks = await startSocksServer({ isSlow })
    const proxy = await startProxyBehind(socks.port)
    const answer = await sendRaw(proxy.port, `CONNECT ${eager.host} HTTP/1.1\r\n\r\n`, /ready/)
    expect(answer).toBe('HTTP/1.1 200 Connection established\r\n\r\n220 ready')
  }
})

test.each([
  [1, 502, /general failure/],
  [2, 502, /does not allow/],
  [3, 502, /no route/],
  [4, 502, /no route/],
  [5, 502, /refuses connections/],
  [6, 502, /time to live/],
  [7, 502, /does not support CONNECT/],
  [8, 502, /kind of address/],
  [99, 502, /unknown code 99/],
])('the SOCKS reply %i becomes %i with a reason', async (reply, status, reason) => {
  const socks = await startSocksServer({ reply })
  const proxy = await startProxyBehind(socks.port)
  const answer = await sendRaw(proxy.port, requestBytes('http://wiki.corp.example/'), /\n$/)
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(answer).toMatch(reason)
})

test('a bastion that does not listen is named, with what to look at', async () => {
  const proxy = await startProxyBehind(1)
  const expected =
    /^HTTP\/1.1 502 .*The SOCKS proxy at 127\.0\.0\.1:1 does not answer\. .*ssh -n -D 127\.0\.0\.1:1 BASTION 'sleep 1d'\n$/s
  expect(await sendRaw(proxy.port, requestBytes('http://wiki.corp.example/'), /\n$/)).toMatch(expected)
  expect(await sendRaw(proxy.port, 'CONNECT wiki.corp.example:443 HTTP/1.1\r\n\r\n')).toMatch(expected)
})

test('what is no SOCKS server is named as that', async () => {
  const socks = await startSocksServer({ greeting: Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n') })
  const proxy = await startProxyBehind(socks.port)
  const answer = await sendRaw(proxy.port, requestBytes('http://wiki.corp.example/'), /\n$/)
  expect(answer).toMatch(/^HTTP\/1.1 502 .*not a SOCKS5 proxy/s)
})

test('a bastion that hangs is given up', async () => {
  const silent = await startRawOrigin('')
  const proxy = await startProxyBehind(silent.port)
  const answer = await sendRaw(proxy.port, requestBytes('http://wiki.corp.example/'), /\n$/)
  expect(answer).toMatch(/^HTTP\/1.1 504 .*has not reached wiki\.corp\.example:80 in time/s)
})

test.each(['127.0.0.1', 'localhost', 'x.localhost', '169.254.169.254', 'metadata.google.internal', '[::1]', '0x7f.1'])(
  'the far end’s %s is a 403 where nobody trusts it',
  async (host) => {
    const socks = await startSocksServer()
    const proxy = await startProxyBehind(socks.port, {}, false)
    expect(await sendRaw(proxy.port, requestBytes(`http://${host}:1/`), /\n$/)).toMatch(/^HTTP\/1.1 403 /)
    expect(await sendRaw(proxy.port, `CONNECT ${host}:1 HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1.1 403 /)
    expect(socks.asked).toEqual([])
  },
)
