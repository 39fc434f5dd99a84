import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Interception } from '../../src/server/context.js'
import { createAuthority, openAuthority } from '../../src/tls/authority.js'
import { createLeafContexts } from '../../src/tls/contexts.js'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from '../upstream/localhost-certificate.js'
import { startSocksServer } from '../upstream/socks-server.js'
import {
  connectRaw,
  listenAsOrigin,
  noLog,
  scriptedLogin,
  startOrigin,
  startProxy,
  startRawOrigin,
  waitFor,
} from './rig.js'

const curl = (args: readonly string[]) => promisify(execFile)('curl', ['-sS', '--noproxy', '', ...args])
const connectTo = (host: string) => `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`
const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n'
const trusting = (origins: readonly string[]) => ({
  coversOrigin: (origin: string) => origins.includes(origin),
  coversAuthority: (host: string, port: number) => origins.some((origin) => origin.endsWith(`//${host}:${port}`)),
})
const challenge = ['WWW-Authenticate', 'IAM realm="123456789012"']

/** Told of what would end the process. */
function watchForDeath() {
  const died = vi.fn()
  process.on('uncaughtExceptionMonitor', died)
  onTestFinished(() => void process.removeListener('uncaughtExceptionMonitor', died))
  return died
}

async function open(port: number, host: string, bytes = '') {
  const client = connectRaw(port)
  client.write(connectTo(host) + bytes)
  await client.until(/established\r\n\r\n/)
  return client
}

describe.each(['direct', 'socks'])('plain HTTP in a tunnel to a trusted service (%s)', (route) => {
  async function start(origin: { url: string }, deps: Parameters<typeof startProxy>[0] = {}) {
    const socks = route === 'socks' ? { host: '127.0.0.1', port: (await startSocksServer()).port } : undefined
    return startProxy({ ...deps, trusted: trusting([origin.url]), upstream: { ...(socks && { socks }) } })
  }

  test('is read like a request in absolute form, and needs one connection to the service', async () => {
    const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    const proxy = await start(origin)
    const client = await open(
      proxy.port,
      origin.host,
      `GET /a/../b?c HTTP/1.1\r\nHost: ${origin.host}\r\nKeep-Alive: 3\r\n\r\n`,
    )
    await client.until(/ok$/)
    client.write(`GET /again HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`)
    await client.until(/ok.*ok$/s)
    expect(origin.heads[0]).toMatch(/^GET \/a\/\.\.\/b\?c HTTP\/1\.1\r\nHost: [\d.:]+\r\nVia: 1\.1 iam-auth-proxy-/)
    expect(origin.heads).toHaveLength(2)
    expect(origin.sockets).toHaveLength(1)
  })

  test('is logged in', async () => {
    const origin = await startOrigin((request, response) => {
      if (request.headers.cookie === 'session=1') response.end('welcome')
      else response.writeHead(401, challenge).end()
    })
    const { login, asked } = scriptedLogin({
      kind: 'replay',
      cookie: 'session=1',
      setCookieLines: ['session=1; Path=/'],
      defaultHeaders: [],
      source: 'login',
    })
    const proxy = await start(origin, { login })
    const client = await open(proxy.port, origin.host, `GET /x HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`)
    expect(await client.until(/welcome/)).toMatch(/Set-Cookie: session=1/)
    expect(asked).toMatchObject([{ origin: origin.url, path: '/x', method: 'GET' }])
  })

  test('may become a WebSocket', async () => {
    const origin = await startRawOrigin((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nhello')
      socket.removeAllListeners('data')
      socket.on('data', (chunk) => socket.write(chunk))
    })
    const proxy = await start(origin)
    const client = await open(
      proxy.port,
      origin.host,
      `GET /ws HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    await client.until(/hello$/)
    client.write('\x00\xff')
    await client.until(/hello\x00\xff$/)
  })

  test.each([
    ['for another host', 'GET / HTTP/1.1\r\nHost: other.example\r\n\r\n', /400 /],
    ['for another origin', 'GET http://other.example/ HTTP/1.1\r\nHost: other.example\r\n\r\n', /421 /],
    ['without a host', 'GET / HTTP/1.1\r\n\r\n', /400 /],
    [
      'with two framings',
      'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      /400 /,
    ],
  ])('is refused %s', async (_, request, expected) => {
    const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    const proxy = await start(origin)
    const client = await open(proxy.port, origin.host, request.replace('HOST', origin.host))
    expect((await client.until(/\n$/)).replace(ESTABLISHED, '') || (await client.until(/400|421/))).toMatch(expected)
    expect(origin.heads).toEqual([])
  })

  test('holds no tunnel in itself', async () => {
    const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    const proxy = await start(origin)
    const client = await open(proxy.port, origin.host, `GET / HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`)
    await client.until(/ok$/)
    client.write(connectTo(origin.host))
    await client.until(/ok.*400 /s)
  })
})

test.each([
  ['with its CONNECT', true],
  ['after it', false],
])(
  'what a service says before it is asked is no answer to the request that the client sends %s',
  async (_, isAtOnce) => {
    const early = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly'
    for (let round = 0; round < 20; round += 1) {
      const heads: string[] = []
      const server = net.createServer((socket) => {
        socket.write(early)
        socket
          .on('error', () => {})
          .on('data', (chunk) => {
            heads.push(String(chunk))
            socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine')
          })
      })
      const origin = await listenAsOrigin(server)
      const { login, asked } = scriptedLogin()
      const proxy = await startProxy({ trusted: trusting([origin.url]), login })
      const request = `GET / HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`
      const client = await open(proxy.port, origin.host, isAtOnce ? request : '')
      if (!isAtOnce) client.write(request)
      // As in a tunnel that nobody reads: all the service says, in its order, over one connection.
      await client.until(/mine$/)
      expect(client.text()).toBe(`${ESTABLISHED}${early}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine`)
      expect(heads).toEqual([request])
      expect(asked).toEqual([])
    }
  },
)

test('a service that hangs up before the request it was dialled for gets it over another connection', async () => {
  let connections = 0
  const server = net.createServer((socket) => {
    connections += 1
    socket.on('error', () => {})
    if (connections === 1) socket.end()
    else socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine'))
  })
  const origin = await listenAsOrigin(server)
  const proxy = await startProxy({ trusted: trusting([origin.url]) })
  const client = await open(proxy.port, origin.host, `GET / HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`)
  await client.until(/mine$/)
  expect(connections).toBe(2)
})

test('what is no HTTP passes a readable tunnel untouched, whoever speaks first', async () => {
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.write('220 hello\r\n')
    socket.on('data', (chunk) => socket.write(chunk))
  })
  const origin = await listenAsOrigin(server)
  const proxy = await startProxy({ trusted: trusting([origin.url]) })
  const first = await open(proxy.port, origin.host)
  await first.until(/220 hello/)
  first.write('GET / HTTP/1.1\r\n\r\n')
  await first.until(/220 hello\r\nGET \/ HTTP\/1.1\r\n\r\n$/)
  const second = await open(proxy.port, origin.host, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  await second.until(/PRI \* HTTP\/2.0\r\n\r\nSM\r\n\r\n/)
})

test('a service that resets a tunnel before its client has said anything ends that tunnel, and nothing else', async () => {
  const origin = await listenAsOrigin(net.createServer())
  const proxy = await startProxy({ trusted: trusting([origin.url]) })
  const client = await open(proxy.port, origin.host)
  const [service] = await waitFor(() => (origin.open.size > 0 ? [...origin.open] : undefined))
  const died = watchForDeath()
  service?.resetAndDestroy()
  await client.closed
  await open(proxy.port, origin.host)
  expect(died).not.toHaveBeenCalled()
})

test('a client that ends a tunnel before it has said anything is done, and so is the service', async () => {
  const ended = vi.fn()
  const origin = await listenAsOrigin(net.createServer((socket) => socket.on('end', ended).resume()))
  const proxy = await startProxy({ trusted: trusting([origin.url]) })
  const client = await open(proxy.port, origin.host)
  client.socket.end()
  await client.closed
  expect(ended).toHaveBeenCalledTimes(1)
})

test('a tunnel to a service that nobody trusts is not looked into', async () => {
  const origin = await startRawOrigin('raw')
  const proxy = await startProxy({ trusted: trusting([]) })
  const client = await open(proxy.port, origin.host, 'GET / HTTP/1.1\r\nHost: other\r\nKeep-Alive: 1\r\n\r\n')
  await client.until(/raw$/)
  expect(origin.heads).toEqual(['GET / HTTP/1.1\r\nHost: other\r\nKeep-Alive: 1\r\n\r\n'])
})

const HOST = 'localhost'

/** Our authority for localhost, and a service there whose own certificate is another's. */
async function startIntercepted(handler: RequestListener, deps: Parameters<typeof startProxy>[0] = {}) {
  const record = await createAuthority([HOST], Date.now())
  const authority = openAuthority(record)
  const secureContextFor = vi.fn(createLeafContexts(authority, { now: Date.now }).secureContextFor)
  const interception: Interception = { covers: async (host) => authority.covers(host), secureContextFor }
  const ALPNProtocols = ['http/1.1', 'imap', 'h2']
  const server = https.createServer({ key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE, ALPNProtocols }, handler)
  const connections = vi.fn()
  server.on('secureConnection', connections)
  const { port, open: raw } = await listenAsOrigin(server)
  const origin = `https://${HOST}:${port}`
  const proxy = await startProxy({
    trusted: trusting([origin]),
    interception,
    ...deps,
    upstream: { ca: [LOCALHOST_CERTIFICATE], ...deps?.upstream },
  })
  return { proxy, origin, host: `${HOST}:${port}`, root: record.rootPem, connections, raw, secureContextFor }
}

async function secure(proxyPort: number, host: string, options: tls.ConnectionOptions) {
  const { socket } = await open(proxyPort, host)
  socket.removeAllListeners('data')
  const client = tls.connect({ socket, servername: HOST, ...options })
  onTestFinished(() => void client.destroy())
  await once(client, 'secureConnect')
  return client
}

async function readAll(stream: Duplex): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}

describe('TLS to a trusted service', () => {
  test('ends here, with a certificate of our authority, and goes on over one verified connection', async () => {
    const service = await startIntercepted((request, response) =>
      response.end(`${request.url} ${request.headers.host}`),
    )
    const client = await secure(service.proxy.port, service.host, { ca: service.root, ALPNProtocols: ['http/1.1'] })
    expect(client.getPeerCertificate().issuer.CN).toMatch(/^iam-auth-proxy intermediate/)
    client.end(`GET /a?b HTTP/1.1\r\nHost: ${service.host}\r\nConnection: close\r\n\r\n`)
    expect(await readAll(client)).toMatch(new RegExp(`^HTTP/1.1 200 OK\r\n.*/a\\?b ${service.host}$`, 's'))
    expect(service.connections).toHaveBeenCalledTimes(1)
  })

  test('is logged in, a POST as well', async () => {
    const { login, asked } = scriptedLogin({
      kind: 'replay',
      cookie: 'session=1',
      setCookieLines: [],
      defaultHeaders: [],
      source: 'login',
    })
    const service = await startIntercepted(
      async (request, response) => {
        let body = ''
        for await (const chunk of request) body += chunk
        if (request.headers.cookie === 'session=1') response.end(`got ${body}`)
        else response.writeHead(401, challenge).end()
      },
      { login },
    )
    const client = await secure(service.proxy.port, service.host, { ca: service.root })
    client.end(`POST /x HTTP/1.1\r\nHost: ${service.host}\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc`)
    expect(await readAll(client)).toMatch(/got abc$/)
    expect(asked).toMatchObject([{ origin: service.origin, method: 'POST', path: '/x' }])
  })

  test.each<[string, tls.ConnectionOptions]>([
    ['another name', { servername: 'other.localhost' }],
    ['no name', { servername: '' }],
    ['a protocol of its own', { ALPNProtocols: ['imap'] }],
  ])('with %s passes untouched, to the service’s own certificate', async (_, options) => {
    const service = await startIntercepted((_request, response) => response.end('ok'))
    const { socket } = await open(service.proxy.port, service.host)
    socket.removeAllListeners('data')
    const client = tls.connect({ socket, servername: HOST, rejectUnauthorized: false, ...options })
    onTestFinished(() => void client.destroy())
    await once(client, 'secureConnect')
    expect(client.getPeerCertificate().subject.CN).toBe('test')
    expect(service.secureContextFor).not.toHaveBeenCalled()
  })

  const unasked = async () => Promise.reject(new Error('no certificate is to be made'))
  test.each<[string, Parameters<typeof startProxy>[0]]>([
    [
      'is trusted by another scheme only',
      { trusted: { coversOrigin: (origin) => origin.startsWith('http:'), coversAuthority: () => true } },
    ],
    [
      'is not one that our authority covers',
      { interception: { covers: async () => false, secureContextFor: unasked } },
    ],
  ])('to a service that %s passes untouched', async (_, deps) => {
    const service = await startIntercepted((_request, response) => response.end('ok'), deps)
    const client = await secure(service.proxy.port, service.host, { rejectUnauthorized: false })
    expect(client.getPeerCertificate().subject.CN).toBe('test')
    expect(service.secureContextFor).not.toHaveBeenCalled()
  })

  test('that is not the service’s to show is refused before the client hears 200', async () => {
    const service = await startIntercepted((_request, response) => response.end(), { upstream: { ca: [] } })
    const client = connectRaw(service.proxy.port)
    client.write(connectTo(service.host))
    expect(await client.until(/\n$/)).toMatch(/^HTTP\/1\.1 502 .*certificate of localhost.* cannot be trusted/)
  })

  test('a client that does not know our authority is told of in the log, once', async () => {
    const warn = vi.fn()
    const service = await startIntercepted((_request, response) => response.end(), { log: { ...noLog, warn } })
    for (let i = 0; i < 2; i++) {
      const asked = curl(['--proxy', `http://127.0.0.1:${service.proxy.port}`, service.origin])
      // CURLE_PEER_FAILED_VERIFICATION
      await expect(asked).rejects.toMatchObject({ code: 60 })
    }
    await waitFor(() => warn.mock.calls.length > 0 || undefined)
    expect(warn.mock.calls).toEqual([
      [expect.objectContaining({ origin: service.origin }), expect.stringMatching(/ca status/)],
    ])
  })

  test.each<[string, (service: tls.TLSSocket, raw: net.Socket | undefined) => void]>([
    ['resets', (_, raw) => raw?.resetAndDestroy()],
    ['ends', (service) => service.end()],
    ['answers on', (service) => service.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil')],
  ])('a connection that the service %s before it is used is not used', async (_, spoil) => {
    const service = await startIntercepted((_request, response) => response.end('ok'))
    const { socket } = await open(service.proxy.port, service.host)
    await waitFor(() => service.connections.mock.calls.length || undefined)
    const verified: tls.TLSSocket = service.connections.mock.calls[0]?.[0]
    const died = watchForDeath()
    spoil(verified, [...service.raw][0])
    // Until the proxy has heard of it: what it has not heard of is a race that any connection may lose.
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.removeAllListeners('data')
    const client = tls.connect({ socket, servername: HOST, ca: service.root })
    onTestFinished(() => void client.destroy())
    client.end(`POST / HTTP/1.1\r\nHost: ${service.host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
    expect(await readAll(client)).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nok$/s)
    expect(service.connections).toHaveBeenCalledTimes(2)
    expect(died).not.toHaveBeenCalled()
  })

  test('a service that stops between the check and the request is a 502 inside the connection', async () => {
    const service = await startIntercepted((request) => request.socket.destroy())
    const client = await secure(service.proxy.port, service.host, { ca: service.root })
    client.end(`GET / HTTP/1.1\r\nHost: ${service.host}\r\nConnection: close\r\n\r\n`)
    expect(await readAll(client)).toMatch(/^HTTP\/1\.1 502 /)
  })
})

describe('HTTP/2 to a trusted service', () => {
  async function startSession(handler: RequestListener, deps: Parameters<typeof startProxy>[0] = {}) {
    const service = await startIntercepted(handler, deps)
    const socket = await secure(service.proxy.port, service.host, {
      ca: service.root,
      ALPNProtocols: ['h2', 'http/1.1'],
    })
    const session = http2.connect(service.origin, { createConnection: () => socket })
    onTestFinished(() => session.destroy())
    const ask = async (headers: http2.OutgoingHttpHeaders, body?: string | Buffer) => {
      const stream = session.request(headers, { endStream: body === undefined })
      if (body !== undefined) stream.end(body)
      let trailers: http2.IncomingHttpHeaders = {}
      stream.on('trailers', (received) => {
        trailers = received
      })
      const [head] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader]
      const text = await readAll(stream)
      return { head, text, trailers }
    }
    return { ...service, session, ask }
  }

  test('is HTTP/1.1 for the service, with the pieces of Cookie joined', async () => {
    const seen: string[][] = []
    const { ask, host } = await startSession((request, response) => {
      seen.push(request.rawHeaders)
      response.setHeader('Set-Cookie', ['a=1', 'b=2'])
      response.setHeader('X-Bytes', 'caf\xe9')
      // Text would turn the headers before it into UTF-8.
      response.end(Buffer.from('ok'))
    })
    const { head, text } = await ask({ ':path': '/x', cookie: ['a=1', 'b=2'] })
    expect(text).toBe('ok')
    expect(head).toMatchObject({ ':status': 200, 'set-cookie': ['a=1', 'b=2'], 'x-bytes': 'caf\xe9' })
    expect(seen[0]).toEqual([
      'Host',
      host,
      'Cookie',
      'a=1; b=2',
      'Via',
      expect.stringMatching(/^2 iam-auth-proxy-/),
      'Connection',
      'keep-alive',
    ])
  })

  test('carries bodies with and without a length, and trailers', async () => {
    const { ask } = await startSession(async (request, response) => {
      let size = 0
      for await (const chunk of request) size += chunk.length
      response.writeHead(200, ['Trailer', 'X-Sum'])
      response.write(`${size} ${request.headers['transfer-encoding'] ?? request.headers['content-length']}`)
      response.addTrailers([['X-Sum', 'y']])
      response.end()
    })
    const body = Buffer.alloc(5_000_000)
    expect(await ask({ ':method': 'POST', ':path': '/' }, body)).toMatchObject({
      text: '5000000 chunked',
      trailers: { 'x-sum': 'y' },
    })
    expect((await ask({ ':method': 'PUT', ':path': '/', 'content-length': '5000000' }, body)).text).toBe(
      '5000000 5000000',
    )
  })

  test('20 streams at once are answered, whichever way they end', async () => {
    const { ask } = await startSession((request, response) => {
      if (request.url === '/204') response.writeHead(204).end()
      else if (request.url === '/404') response.writeHead(404).end('none')
      else response.end('x'.repeat(100_000))
    })
    const paths = ['/204', '/404', '/200', '/head']
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        const path = paths[i % 4] as string
        return ask({ ':path': path, ...(path === '/head' && { ':method': 'HEAD' }) })
      }),
    )
    expect(answers.map(({ head, text }) => `${head[':status']} ${text.length}`)).toEqual(
      Array.from({ length: 20 }, (_, i) => ['204 0', '404 4', '200 100000', '200 0'][i % 4]),
    )
  })

  test('is logged in', async () => {
    const { login, asked } = scriptedLogin({
      kind: 'replay',
      cookie: 'session=1',
      setCookieLines: ['session=1'],
      defaultHeaders: [],
      source: 'login',
    })
    const { ask, origin } = await startSession(
      (request, response) => {
        if (request.headers.cookie === 'session=1') response.end('welcome')
        else response.writeHead(401, challenge).end()
      },
      { login },
    )
    const { text, head } = await ask({ ':path': '/x', ':method': 'POST' }, 'abc')
    expect(text).toBe('welcome')
    expect(head['set-cookie']).toEqual(['session=1'])
    expect(asked).toMatchObject([{ origin, path: '/x', method: 'POST' }])
  })

  test('an upload that is refused is read to its end, and the connection goes on', async () => {
    const { ask } = await startSession((_, response) => response.end('ok'))
    const body = Buffer.alloc(6_000_000)
    const refused = { ':path': '/', ':method': 'POST', ':authority': 'other.example' }
    expect((await ask(refused, body)).head[':status']).toBe(400)
    expect((await ask({ ':path': '/', ':method': 'POST' }, body)).text).toBe('ok')
  })

  test('a request for another site is refused, and the connection goes on', async () => {
    const { ask } = await startSession((_, response) => response.end('ok'))
    expect((await ask({ ':path': '/', ':authority': 'other.example' })).head[':status']).toBe(400)
    expect((await ask({ ':path': '/' })).text).toBe('ok')
  })

  test.each([
    ['CONNECT', 400],
    ['connect', 501],
    ['patch', 501],
    ['BREW', 501],
  ])('the method %s is refused, and nothing of it reaches the service', async (method, status) => {
    const seen = vi.fn()
    const { ask, host } = await startSession((_, response) => response.end('ok'), {
      observer: { answered: () => {}, connected: () => {}, failed: seen },
    })
    const headers = method === 'CONNECT' ? { ':authority': host } : { ':path': '/' }
    expect((await ask({ ':method': method, ...headers }, 'GET / HTTP/1.1\r\n\r\n')).head[':status']).toBe(status)
    expect(seen).not.toHaveBeenCalled()
    expect((await ask({ ':path': '/' })).text).toBe('ok')
  })

  const FIELDS = 'HTTP2-Settings: x\r\nAge: 1\r\nAge: 2\r\nConstructor: c\r\n__proto__: p\r\n'
  test.each([
    ['an answer', `HTTP/1.1 200 OK\r\n${FIELDS}Content-Length: 2\r\n\r\nok`],
    ['an interim answer', `HTTP/1.1 103 Early\r\n${FIELDS}\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`],
    ['trailers', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Age\r\n\r\n2\r\nok\r\n0\r\n${FIELDS}\r\n`],
  ])('fields that HTTP/2 has not, or has once only, do no harm in %s', async (where, bytes) => {
    const { session } = await startSession((request) => void request.socket.write(bytes))
    const stream = session.request({ ':path': '/' })
    const told: http2.IncomingHttpHeaders[] = []
    for (const event of ['headers', 'response', 'trailers'])
      stream.on(event, (headers: http2.IncomingHttpHeaders) => told.push({ ...headers }))
    expect(await readAll(stream)).toBe('ok')
    const [age] = told.flatMap((headers) => ('age' in headers ? [headers] : []))
    expect([where, age]).toEqual([where, expect.objectContaining({ age: '1, 2', constructor: 'c' })])
    expect(told.some((headers) => 'http2-settings' in headers)).toBe(false)
  })

  test('a field that the service says twice, as many do with nosniff, arrives as a list', async () => {
    const { ask } = await startSession((_, response) => {
      response.writeHead(200, ['X-Content-Type-Options', 'nosniff', 'X-Content-Type-Options', 'nosniff'])
      response.end('ok')
    })
    const { head, text } = await ask({ ':path': '/' })
    expect([text, head['x-content-type-options']]).toEqual(['ok', 'nosniff, nosniff'])
  })

  test('a client that cancels a stream cancels the request, and only that', async () => {
    const closed = vi.fn()
    const { session, ask } = await startSession((request, response) => {
      if (request.url === '/slow') request.socket.on('close', closed)
      else response.end('ok')
    })
    const stream = session.request({ ':path': '/slow' })
    stream.on('error', () => {})
    await ask({ ':path': '/' })
    stream.close(http2.constants.NGHTTP2_CANCEL)
    await waitFor(() => closed.mock.calls.length || undefined)
    expect((await ask({ ':path': '/' })).text).toBe('ok')
  })

  test('half an upload never looks whole to the service', async () => {
    const events: string[] = []
    const service = await startIntercepted((request) => {
      request.on('data', (chunk) => events.push(String(chunk)))
      request.on('end', () => events.push('end'))
      request.on('error', () => {})
      request.on('close', () => events.push('close'))
    })
    const client = await secure(service.proxy.port, service.host, {
      ca: service.root,
      ALPNProtocols: ['h2', 'http/1.1'],
    })
    // RFC 9113 §4.1, by hand: Node's own client ends a stream before it resets it.
    const frame = (type: number, flags: number, stream: number, payload: Buffer) =>
      Buffer.concat([Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, stream]), payload])
    // HPACK's indices of POST, / and https, and a literal of the name that has index 1.
    const head = Buffer.concat([Buffer.from([0x83, 0x84, 0x87, 0x41, service.host.length]), Buffer.from(service.host)])
    client.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    client.write(
      Buffer.concat([frame(4, 0, 0, Buffer.of()), frame(1, 4, 1, head), frame(0, 0, 1, Buffer.from('half'))]),
    )
    await waitFor(() => events.includes('half'))
    client.write(frame(3, 0, 1, Buffer.from([0, 0, 0, http2.constants.NGHTTP2_CANCEL])))
    await waitFor(() => events.includes('close'))
    expect(events).toEqual(['half', 'close'])
  })

  test('an answer that is cut off is an error, not an end', async () => {
    const { session } = await startSession((_, response) => {
      response.write('half', () => response.destroy())
    })
    const stream = session.request({ ':path': '/' })
    await expect(readAll(stream)).rejects.toThrow(/NGHTTP2_INTERNAL_ERROR/)
  })

  test('a stream of events arrives as it is made', async () => {
    const { session } = await startSession((_, response) => {
      response.writeHead(200, ['Content-Type', 'text/event-stream'])
      response.flushHeaders()
      setTimeout(() => response.write('data: 1\n\n'), 50)
    })
    const stream = session.request({ ':path': '/' })
    await once(stream, 'response')
    const [chunk] = await once(stream, 'data')
    expect(String(chunk)).toBe('data: 1\n\n')
    stream.close()
  })
})
