import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import {
  connectRaw,
  requestBytes,
  scriptedLogin,
  sendRaw,
  startOrigin,
  startProxy,
  startRawOrigin,
  waitFor,
} from './rig.js'

const WEBSOCKET = ['Connection: keep-alive, Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x']
const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\n'

function echo(socket: Socket): void {
  socket.removeAllListeners('data')
  socket.on('data', (chunk) => socket.write(chunk))
  socket.on('end', () => socket.end())
}

test('an upgrade is forwarded, its 101 comes back with the first bytes, then bytes go both ways', async () => {
  const origin = await startRawOrigin((socket) => {
    socket.write(`${SWITCHING}hello`)
    echo(socket)
  })
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/ws`, WEBSOCKET))
  const head = await client.until(/hello$/)
  expect(origin.heads[0]).toMatch(/^GET \/ws HTTP\/1.1\r\n.*Connection: Upgrade\r\nUpgrade: websocket\r\n/s)
  expect(head).toMatch(
    /^HTTP\/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: y\r\n.*Connection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello$/s,
  )
  client.write('\x00\xff')
  await client.until(/\x00\xff$/)
  client.socket.end()
  await client.ended
  await waitFor(() => origin.open.size === 0)
})

test('bytes sent right after the request arrive in order', async () => {
  const origin = await startRawOrigin((socket) => {
    setTimeout(() => {
      socket.write(SWITCHING)
      echo(socket)
    }, 30)
  })
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(`${requestBytes(`${origin.url}/`, WEBSOCKET)}one`)
  client.write(' two')
  await client.until(/one two$/)
})

test.each(['client', 'service'])('the death of the %s ends the other', async (side) => {
  const origin = await startRawOrigin((socket) => {
    socket.removeAllListeners('data')
    socket.write(SWITCHING)
  })
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/`, WEBSOCKET))
  await client.until(/\r\n\r\n/)
  if (side === 'client') client.socket.resetAndDestroy()
  else origin.sockets[0]?.resetAndDestroy()
  await client.closed
  await waitFor(() => origin.open.size === 0)
})

test('a client that leaves before the 101 ends the request', async () => {
  const origin = await startRawOrigin(() => {})
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/`, WEBSOCKET))
  await waitFor(() => origin.heads.length === 1)
  client.socket.destroy()
  await waitFor(() => origin.open.size === 0, 1000)
})

test.each([
  ['403 Forbidden', 'Content-Length: 4\r\n\r\nnope', /nope$/],
  ['200 OK', 'Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n', /2\r\nok\r\n0\r\n\r\n$/],
])('a refused upgrade (%s) is an answer like any', async (status, rest, end) => {
  const origin = await startRawOrigin(`HTTP/1.1 ${status}\r\n${rest}`)
  const proxy = await startProxy()
  const answer = await sendRaw(proxy.port, requestBytes(`${origin.url}/`, WEBSOCKET))
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}\r\n`))
  expect(answer).toMatch(end)
})

test('a large answer to an upgrade arrives whole', async () => {
  const origin = await startOrigin((_, response) => response.end(Buffer.alloc(3_000_000, 'x')))
  origin.server.on('upgrade', (_, socket) => {
    socket.end(
      Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n'), Buffer.alloc(3_000_000, 'x')]),
    )
  })
  const proxy = await startProxy()
  const answer = await sendRaw(proxy.port, requestBytes(`${origin.url}/`, WEBSOCKET))
  expect(answer.length - answer.indexOf('\r\n\r\n') - 4).toBe(3_000_000)
})

test('a service that cannot be reached is a 502', async () => {
  const proxy = await startProxy()
  const answer = await sendRaw(proxy.port, requestBytes('http://127.0.0.1:1/', WEBSOCKET))
  expect(answer).toMatch(/^HTTP\/1.1 502 .*refuses connections/s)
})

test('a challenge to an upgrade is answered, and the upgrade sent again with the cookies', async () => {
  const origin = await startRawOrigin((socket, head) => {
    if (!head.includes('Cookie: s=1\r\n')) {
      socket.write('HTTP/1.1 401 X\r\nWWW-Authenticate: IAM realm="x"\r\nContent-Length: 2\r\n\r\nno')
      return
    }
    socket.write(SWITCHING)
    echo(socket)
  })
  const { login, asked } = scriptedLogin({
    kind: 'replay',
    source: 'login',
    cookie: 's=1',
    setCookieLines: ['s=1; HttpOnly'],
    defaultHeaders: [],
  })
  const proxy = await startProxy({ login })
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/ws`, WEBSOCKET))
  expect(await client.until(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 101 .*Set-Cookie: s=1; HttpOnly\r\n/s)
  client.write('ping')
  await client.until(/ping$/)
  expect(asked[0]?.replayable).toBe(true)
  expect(origin.heads[1]).toContain('Upgrade: websocket\r\n')
})

test.each([
  ['HTTP/2 in clear text', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAM'], 'GET', ''],
  ['a request with a body', ['Connection: Upgrade', 'Upgrade: foo', 'Content-Length: 4'], 'POST', 'body'],
])('%s is taken as an ordinary request, and the connection goes on', async (_, lines, method, body) => {
  const origin = await startOrigin((request, response) => {
    response.setHeader('x-got', JSON.stringify(request.headers))
    request.pipe(response)
  })
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  for (let i = 1; i <= 2; i++) {
    client.write(requestBytes(`${origin.url}/`, lines, method) + body)
    await waitFor(() => client.text().split('HTTP/1.1 200 OK').length === i + 1 && client.text())
  }
  expect(client.text()).not.toMatch(/upgrade|http2-settings/i)
  if (body) expect(client.text()).toContain(body)
})

const LEAVES_HTTP: ReadonlyArray<readonly [what: string, bytes: (url: string) => string]> = [
  ['an upgrade', (url: string) => requestBytes(`${url}/ws`, WEBSOCKET)],
  [
    'an upgrade that is an ordinary request to us',
    (url: string) => requestBytes(url, ['Connection: Upgrade', 'Upgrade: h2c']),
  ],
  ['a CONNECT', (url: string) => `CONNECT ${new URL(url).host} HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`],
]

test.each(LEAVES_HTTP)(
  '%s behind a request that is not answered yet ends the connection, not the process',
  async (_, following) => {
    const origin = await startRawOrigin(() => {})
    const proxy = await startProxy()
    const answer = await sendRaw(proxy.port, requestBytes(`${origin.url}/`) + following(origin.url))
    expect(answer).toBe('')
    await waitFor(() => origin.open.size === 0)
  },
)

test.each(LEAVES_HTTP)(
  '%s behind an answer of our own that is on its way ends the connection',
  async (_, following) => {
    const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    const proxy = await startProxy({ proxyAuth: { user: 'me', password: 'password' } })
    const answer = await sendRaw(proxy.port, requestBytes(`${origin.url}/`) + following(origin.url))
    expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 407'])
  },
)
