import { once } from 'node:events'
import https from 'node:https'
import net from 'node:net'
import { expect, test } from 'vitest'
import { parseHop } from '../../src/config/hop-url.js'
import { createDestinationPolicy } from '../../src/server/destinations.js'
import { createAwsAgents } from '../../src/upstream/aws-agents.js'
import { EVERY_HOST, parseHostPattern } from '../../src/upstream/host-pattern.js'
import type { Route } from '../../src/upstream/routes.js'
import {
  connectRaw,
  listenAsOrigin,
  requestBytes,
  sendRaw,
  startOrigin,
  startProxy,
  startRawOrigin,
} from '../server/rig.js'
import { type HttpProxyOptions, startHttpProxy } from './http-proxy-server.js'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from './localhost-certificate.js'

const ca = [LOCALHOST_CERTIFICATE]
const toLoopback = () => '127.0.0.1'

const through = (url: string, hosts = EVERY_HOST): Route => ({ hosts, via: parseHop(url) })

/** Us before another proxy; every name leads to loopback behind it. */
async function startBehind(options: HttpProxyOptions = {}, userinfo = '') {
  const next = await startHttpProxy({ resolve: toLoopback, ...options })
  const url = `${options.secure ? 'https' : 'http'}://${userinfo}localhost:${next.port}`
  const proxy = await startProxy({ upstream: { ca, connectTimeoutMs: 500, routes: [through(url)] } })
  return { next, proxy }
}

test('plain http goes out in absolute form over a pooled connection', async () => {
  const origin = await startOrigin((request, response) =>
    response.end(`${request.url} for ${request.headers.host}: ok`),
  )
  const { next, proxy } = await startBehind()
  for (let i = 0; i < 3; i++) {
    const answer = await sendRaw(proxy.port, requestBytes(`http://wiki.example:${origin.port}/a//b?c={}`), /ok$/)
    expect(answer).toContain(`/a//b?c={} for wiki.example:${origin.port}: ok`)
  }
  expect(new Set(next.asked)).toEqual(new Set([`GET http://wiki.example:${origin.port}/a//b?c={}`]))
  expect(next.open.size).toBe(1)
})

test('a proxy that does not say it keeps a connection gets a new one for each request', async () => {
  const next = await startRawOrigin((socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
  const proxy = await startProxy({ upstream: { routes: [through(`http://${next.host}`)] } })
  for (let i = 0; i < 3; i++) {
    const lines = ['Content-Length: 1']
    const answer = await sendRaw(proxy.port, `${requestBytes('http://a.example/', lines, 'POST')}x`, /ok$/)
    expect(answer).toMatch(/^HTTP\/1.1 200 /)
  }
  expect(next.sockets).toHaveLength(3)
})

test.each([
  ['http://a.example/', 'OPTIONS http://a.example/'],
  ['http://a.example', 'OPTIONS http://a.example'],
  ['http://a.example:8080', 'OPTIONS http://a.example:8080'],
  ['http://[2001:db8::1]/x', 'OPTIONS http://[2001:db8::1]/x'],
])('OPTIONS %s is asked as %s', async (url, asked) => {
  const next = await startRawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  const proxy = await startProxy({ upstream: { routes: [through(`http://${next.host}`)] } })
  await sendRaw(proxy.port, requestBytes(url, [], 'OPTIONS'), /\r\n\r\n/)
  expect(next.heads[0]).toMatch(new RegExp(`^${asked.replace(/[[\]?]/g, '\\$&')} HTTP/1.1\r\n`))
})

test('https goes out by CONNECT, and its certificate is verified', async () => {
  const server = https.createServer({ key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE }, (_, response) =>
    response.end('ok'),
  )
  const origin = await listenAsOrigin(server)
  const next = await startHttpProxy({ resolve: toLoopback })
  const routes = [through(`http://${next.host}`, parseHostPattern('localhost'))]
  const trusting = await startProxy({ upstream: { ca, routes } })
  const url = `https://localhost:${origin.port}/`
  expect(await sendRaw(trusting.port, requestBytes(url), /ok$/)).toMatch(/^HTTP\/1.1 200 /)
  expect(next.asked).toEqual([`CONNECT localhost:${origin.port}`])
  const strict = await startProxy({ upstream: { routes } })
  expect(await sendRaw(strict.port, requestBytes(url), /\n$/)).toMatch(/^HTTP\/1.1 502 .*cannot be trusted/s)
})

test('an upgrade goes out by CONNECT', async () => {
  const origin = await startRawOrigin((socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello')
  })
  const { next, proxy } = await startBehind()
  const url = `http://chat.example:${origin.port}/socket`
  const answer = await sendRaw(proxy.port, requestBytes(url, ['Connection: Upgrade', 'Upgrade: echo']), /hello$/)
  expect(answer).toMatch(/^HTTP\/1.1 101 /)
  expect(next.asked).toEqual([`CONNECT chat.example:${origin.port}`])
  expect(origin.heads[0]).toMatch(/^GET \/socket HTTP/)
})

test.each([false, true])('a tunnel goes through it byte for byte (TLS to the proxy: %s)', async (secure) => {
  const eager = await listenAsOrigin(net.createServer((socket) => void socket.write('220 ready')))
  const { next, proxy } = await startBehind({ secure })
  const answer = await sendRaw(proxy.port, `CONNECT mail.example:${eager.port} HTTP/1.1\r\n\r\n`, /ready/)
  expect(answer).toBe('HTTP/1.1 200 Connection established\r\n\r\n220 ready')
  expect(next.asked).toEqual([`CONNECT mail.example:${eager.port}`])
})

test('plain HTTP inside a tunnel goes out in a tunnel, without the proxy’s password', async () => {
  const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  const next = await startHttpProxy({ auth: 'me:secret', resolve: toLoopback })
  const trusted = { coversOrigin: () => true, coversAuthority: () => true }
  const routes = [through(`http://me:secret@${next.host}`)]
  const proxy = await startProxy({ trusted, upstream: { routes } })
  const client = connectRaw(proxy.port)
  client.write(`CONNECT a.example:${origin.port} HTTP/1.1\r\n\r\n`)
  await client.until(/\r\n\r\n/)
  client.write(`GET /in HTTP/1.1\r\nHost: a.example:${origin.port}\r\n\r\n`)
  await client.until(/ok$/)
  expect(next.asked).toEqual([`CONNECT a.example:${origin.port}`])
  expect(origin.heads[0]).toMatch(/^GET \/in HTTP/)
  expect(origin.heads[0]).not.toMatch(/proxy-authorization/i)
})

test('the password is for the proxy alone: services never see it, and never the client’s', async () => {
  const seen: string[] = []
  const origin = await startOrigin((request, response) => {
    seen.push(request.rawHeaders.join('\n'))
    response.end('ok')
  })
  const { next, proxy } = await startBehind({ auth: 'me:p@ss:word' }, 'me:p%40ss:word@')
  const url = `http://a.example:${origin.port}/`
  const lines = ['Proxy-Authorization: Basic aGlzOm93bg==']
  expect(await sendRaw(proxy.port, requestBytes(url, lines), /ok$/)).toMatch(/^HTTP\/1.1 200 /)
  expect(next.fields[0]?.['proxy-authorization']).toBe(`Basic ${Buffer.from('me:p@ss:word').toString('base64')}`)
  expect(seen.join('\n')).not.toMatch(/proxy-authorization/i)
  const tunnel = connectRaw(proxy.port)
  tunnel.write(`CONNECT a.example:${origin.port} HTTP/1.1\r\n\r\n`)
  await tunnel.until(/200 Connection established/)
})

test.each([
  ['none', '', 'wants a user and a password'],
  ['a wrong one', 'me:x@', 'refuses this user and password'],
])('with %s, its 407 is a 502 that names the option, and no client is asked', async (_, userinfo, expected) => {
  const { proxy } = await startBehind({ auth: 'me:secret' }, userinfo)
  const answers = [
    await sendRaw(proxy.port, requestBytes('http://a.example/'), /\n$/),
    await sendRaw(proxy.port, requestBytes('https://a.example/'), /\n$/),
    await sendRaw(proxy.port, 'CONNECT a.example:443 HTTP/1.1\r\n\r\n'),
  ]
  for (const answer of answers) {
    expect(answer).toMatch(/^HTTP\/1.1 502 /)
    expect(answer).toContain(expected)
    expect(answer).toContain('--upstream-proxy http://USER:PASSWORD@localhost:')
    expect(answer).toContain('Proxy-Status: iam-auth-proxy; error=destination_unavailable')
    expect(answer).not.toMatch(/proxy-authenticate|me:x/i)
  }
})

test('a proxy that takes no password says which schemes it takes', async () => {
  const offers = ['Negotiate, NTLM', 'NTLM']
  const { proxy } = await startBehind({ auth: 'me:secret', offers }, 'me:secret2@')
  const answer = await sendRaw(proxy.port, 'CONNECT a.example:443 HTTP/1.1\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1.1 502 .*only Negotiate, NTLM/s)
  expect(answer).toContain('px, cntlm')
})

test.each([
  ['HTTP/1.1 403 Forbidden\r\n\r\n<html>no', 502, /does not let you through to a\.example:443: it says 403 Forbidden/],
  ['HTTP/1.0 503 Service Unavailable\r\n\r\n', 502, /cannot reach a\.example:443: it says 503 Service Unavailable/],
  ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 502 B\u0007d\r\n\r\n', 502, /it says 502 B\?d/],
  ['SSH-2.0-OpenSSH_9.2\r\n\r\n', 502, /is not an HTTP proxy/],
  [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(17_000)}`, 502, /more than 16384 bytes of headers/],
  ['HTTP/1.1 2', 502, /hung up when it was asked for a\.example:443/],
])('the answer %j to CONNECT is told as what it is', async (connectAnswer, status, expected) => {
  const { proxy } = await startBehind({ connectAnswer })
  const answer = await sendRaw(proxy.port, 'CONNECT a.example:443 HTTP/1.1\r\n\r\n')
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(answer).toMatch(expected)
})

test('AWS clients get connections of their own through it, by CONNECT and with TLS verified at our end', async () => {
  const server = https.createServer({ key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE }, (_, response) => {
    response.end('aws')
  })
  const origin = await listenAsOrigin(server)
  const next = await startHttpProxy({ resolve: toLoopback })
  const routes = [through(`http://${next.host}`, parseHostPattern('localhost'))]
  const destinationPolicy = createDestinationPolicy({ allowLoopback: false, isTrusted: () => false })
  const createAgents = createAwsAgents({ routes, destinationPolicy, ca })
  const agent = createAgents?.().httpsAgent
  const request = https.get({ agent, host: 'localhost', port: origin.port })
  const [answer] = (await once(request, 'response')) as [import('node:http').IncomingMessage]
  expect(answer.statusCode).toBe(200)
  expect(next.asked).toEqual([`CONNECT localhost:${origin.port}`])
  answer.resume()
  agent?.destroy()
  const bastion = [through('socks5h://b:1')]
  expect(createAwsAgents({ routes: bastion, destinationPolicy })).toBeUndefined()
})

test('a proxy that hangs is given up', async () => {
  const silent = await startRawOrigin('')
  const proxy = await startProxy({ upstream: { connectTimeoutMs: 300, routes: [through(silent.url)] } })
  const answer = await sendRaw(proxy.port, 'CONNECT a.example:443 HTTP/1.1\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1.1 504 .*has not reached a\.example:443 in time/s)
})

test('a proxy that does not listen is named, with what to look at', async () => {
  const proxy = await startProxy({ upstream: { routes: [through('http://localhost:1')] } })
  for (const bytes of [requestBytes('http://a.example/'), 'CONNECT a.example:443 HTTP/1.1\r\n\r\n']) {
    const answer = await sendRaw(proxy.port, bytes, /\n$/)
    expect(answer).toMatch(/^HTTP\/1.1 502 .*The upstream proxy http:\/\/localhost:1 refuses connections/s)
    expect(answer).toContain('--upstream-proxy')
  }
})

test('TLS with a proxy that nobody vouches for, or that speaks none, sends it nothing', async () => {
  const next = await startHttpProxy({ secure: true })
  const plain = await startHttpProxy()
  for (const { port, asked } of [next, plain]) {
    const proxy = await startProxy({ upstream: { routes: [through(`https://me:secret@localhost:${port}`)] } })
    const answer = await sendRaw(proxy.port, requestBytes('http://a.example/'), /\n$/)
    expect(answer).toMatch(/^HTTP\/1.1 502 .*TLS with the upstream proxy https:\/\/localhost:\d+ failed/s)
    expect(asked).toEqual([])
  }
})

test('a proxy that is ourselves is known by its address', async () => {
  const routes: Route[] = []
  const proxy = await startProxy({ upstream: { routes: [{ hosts: EVERY_HOST, via: parseHop('http://localhost:9') }] } })
  routes.push(through(`http://localhost:${proxy.port}`))
  const own = await startProxy({ upstream: { routes } })
  own.destinationPolicy.addOwnListener('127.0.0.1', proxy.port)
  for (const bytes of [requestBytes('http://a.example/'), 'CONNECT a.example:443 HTTP/1.1\r\n\r\n']) {
    const answer = await sendRaw(own.port, bytes, /\n$/)
    expect(answer).toMatch(/^HTTP\/1.1 502 .*is this proxy itself/s)
    expect(answer).toContain('error=proxy_loop_detected')
  }
})

test('a loop over another proxy ends', async () => {
  const back = await startHttpProxy()
  const proxy = await startProxy({ upstream: { routes: [through(`http://${back.host}`)] } })
  for (const bytes of [requestBytes('http://a.example/'), 'CONNECT a.example:443 HTTP/1.1\r\n\r\n']) {
    await sendRaw(proxy.port, bytes, /\n/)
  }
  const vias = back.fields.map(({ via }) => String(via))
  expect(vias).toHaveLength(2)
  for (const via of vias) {
    const answer = await sendRaw(proxy.port, `CONNECT a.example:443 HTTP/1.1\r\nVia: ${via}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 508 /)
  }
})

test.each(['127.0.0.1', 'localhost', '169.254.169.254', 'metadata.google.internal'])(
  'the far end’s %s is a 403 where nobody trusts it, even where a route names it',
  async (host) => {
    const next = await startHttpProxy()
    const routes = [through(`http://${next.host}`, parseHostPattern(host))]
    const proxy = await startProxy({ allowLoopback: false, upstream: { routes } })
    expect(await sendRaw(proxy.port, requestBytes(`http://${host}:1/`), /\n$/)).toMatch(/^HTTP\/1.1 403 /)
    expect(await sendRaw(proxy.port, `CONNECT ${host}:1 HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1.1 403 /)
    expect(next.asked).toEqual([])
  },
)

test('the login’s own requests take the same way, and know its 407', async () => {
  const origin = await startOrigin((_, response) => response.end('from the service'))
  const { next, proxy } = await startBehind({ auth: 'me:secret' }, 'me:secret@')
  const request = { origin: `http://a.example:${origin.port}`, method: 'GET', path: '/x', timeoutMs: 1000 } as const
  const more = { rawHeaders: ['Host', `a.example:${origin.port}`], signal: AbortSignal.timeout(2000) }
  expect(await proxy.upstream.sendToOrigin({ ...request, ...more })).toMatchObject({
    status: 200,
    body: 'from the service',
  })
  expect(next.asked).toEqual([`GET http://a.example:${origin.port}/x`])
  const locked = await startBehind({ auth: 'me:secret' })
  await expect(locked.proxy.upstream.sendToOrigin({ ...request, ...more })).rejects.toMatchObject({
    code: 'EPROXYAUTH',
  })
})
