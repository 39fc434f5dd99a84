import { once } from 'node:events'
import http2 from 'node:http2'
import https from 'node:https'
import tls from 'node:tls'
import { describe, expect, test, vi } from 'vitest'
import { parseHop } from '../../src/config/hop-url.js'
import { parseHostPattern } from '../../src/upstream/host-pattern.js'
import { startHttpProxy } from '../upstream/http-proxy-server.js'
import {
  CERTIFICATE,
  connectThrough,
  openSession,
  readAnswer,
  readText,
  startHttp2Origin,
  startIntercepting,
} from './http2-rig.js'
import { listenAsOrigin, scriptedLogin, sendRaw, waitFor } from './rig.js'

const GRPC = {
  ':method': 'POST',
  ':path': '/pkg.Service/Call',
  'content-type': 'application/grpc+proto',
  te: 'trailers',
}
/** Node keeps those below 20 bytes out of the compression by itself. */
const LONG_COOKIE = 'session=0123456789abcdef'
const challenge = { ':status': 401, 'www-authenticate': 'IAM realm="123456789012"' }
const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM, NGHTTP2_NO_ERROR, NGHTTP2_FLAG_END_STREAM } = http2.constants

async function start(
  onStream: Parameters<typeof startHttp2Origin>[0],
  options: http2.SecureServerOptions = {},
  deps: Parameters<typeof startIntercepting>[1] = {},
) {
  const service = await startHttp2Origin(onStream, options)
  const proxy = await startIntercepting(service.port, deps)
  return { service, proxy, session: await openSession(proxy, service.port) }
}

describe('gRPC to a service that speaks both', () => {
  const both = { allowHTTP1: true }

  test('is HTTP/2 with trailers for the service, with nothing of HTTP/1.1 in it', async () => {
    const seen: http2.IncomingHttpHeaders[] = []
    const { session, service } = await start((stream, headers) => {
      seen.push(headers)
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-more': 'y' }))
      stream.pipe(stream)
    }, both)
    const call = session.request({ ...GRPC, 'x-mine': 'caf\xe9', cookie: [LONG_COOKIE, 'b=2'] })
    call.end('hello')
    const { text, trailers, head } = await readAnswer(call)
    expect({ text, trailers }).toMatchObject({ text: 'hello', trailers: { 'grpc-status': '0', 'x-more': 'y' } })
    expect(head['via']).toMatch(/^2 iam-auth-proxy-/)
    expect(seen[0]).toMatchObject({
      ':authority': service.host,
      ':scheme': 'https',
      ':path': GRPC[':path'],
      te: 'trailers',
      'x-mine': 'caf\xe9',
      cookie: `${LONG_COOKIE}; b=2`,
      via: expect.stringMatching(/^2 iam-auth-proxy-/),
    })
    expect(seen[0]).not.toHaveProperty('transfer-encoding')
    expect(seen[0]).not.toHaveProperty('host')
    // Requests of several clients share one state of the compression: this one is to leave nothing in it.
    expect(seen[0]?.[http2.sensitiveHeaders as never]).toEqual(['cookie'])
  })

  test('keeps a status that came in the head alone there', async () => {
    const { session } = await start((stream) => {
      stream.respond({ ':status': 200, 'grpc-status': '5' }, { endStream: true })
    }, both)
    const call = session.request(GRPC)
    call.end('x')
    const { head, flags } = await readAnswer(call)
    expect(head['grpc-status']).toBe('5')
    expect(flags & NGHTTP2_FLAG_END_STREAM).toBeTruthy()
  })

  test('shares one connection, and another request uses HTTP/1.1', async () => {
    const versions: string[] = []
    const service = await startHttp2Origin(() => {}, both)
    service.server.on('request', (request, response) => {
      versions.push(request.httpVersion)
      response.end('ok')
    })
    const proxy = await startIntercepting(service.port)
    const session = await openSession(proxy, service.port)
    const calls = Array.from({ length: 10 }, () => session.request(GRPC).end('x'))
    await Promise.all(calls.map(readAnswer))
    await readAnswer(session.request({ ...GRPC, 'content-type': 'application/grpc-web+proto' }).end('x'))
    await readAnswer(session.request({ ':path': '/' }))
    expect(versions).toEqual([...Array.from({ length: 10 }, () => '2.0'), '1.1', '1.1'])
    expect(service.sessions).toHaveLength(1)
  })

  test('that has only HTTP/1.1 after all is sent so, over the connection that was asked', async () => {
    const server = https.createServer(CERTIFICATE, async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      response.end(`${request.httpVersion} ${body}`)
    })
    const connections = vi.fn()
    server.on('secureConnection', connections)
    const { port } = await listenAsOrigin(server)
    const proxy = await startIntercepting(port)
    const session = await openSession(proxy, port)
    expect((await readAnswer(session.request(GRPC).end('x'))).text).toBe('1.1 x')
    expect((await readAnswer(session.request(GRPC).end('y'))).text).toBe('1.1 y')
    expect(connections.mock.calls.length).toBeLessThanOrEqual(2)
  })
})

describe('a service that speaks HTTP/2 only', () => {
  const ask = ({ origin, host }: { origin: string; host: string }) => {
    const signal = AbortSignal.timeout(5000)
    return { origin, method: 'GET', path: '/x', rawHeaders: ['Host', host], signal, timeoutMs: 5000 } as const
  }
  const echo = (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
    stream.respond({ ':status': 200, 'set-cookie': ['a=1', 'b=2'] })
    stream.end(`${headers[':method']} ${headers[':path']} ${headers[':authority']}`)
  }

  test('is reached by clients of HTTP/1.1, over one connection', async () => {
    const service = await startHttp2Origin(echo)
    const proxy = await startIntercepting(service.port)
    for (const path of ['/a?b', '/c']) {
      const client = await connectThrough(proxy, service.port, ['http/1.1'])
      client.end(`GET ${path} HTTP/1.1\r\nHost: ${service.host}\r\nConnection: close\r\n\r\n`)
      expect(await readText(client)).toMatch(
        new RegExp(`^HTTP/1.1 200 OK\r\n.*set-cookie: a=1\r\n.*GET ${path.replace('?', '\\?')} ${service.host}`, 's'),
      )
    }
    expect(service.sessions).toHaveLength(1)
  })

  test('is reached by clients of HTTP/2, and by those that asked before anybody knew', async () => {
    const { session, service, proxy } = await start(echo)
    expect((await readAnswer(session.request({ ':path': '/' }))).text).toBe(`GET / ${service.host}`)
    const head = await readAnswer(session.request({ ':path': '/', ':method': 'HEAD' }))
    expect(head.head[':status']).toBe(200)
    expect(await proxy.upstream.sendToOrigin(ask(service))).toMatchObject({
      status: 200,
      body: `GET /x ${service.host}`,
    })
  })

  test('is not asked to change protocols: there is no way to in HTTP/2', async () => {
    const service = await startHttp2Origin(echo)
    const proxy = await startIntercepting(service.port)
    for (let i = 0; i < 2; i++) {
      const client = await connectThrough(proxy, service.port, ['http/1.1'])
      const fields = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Version: 13'
      client.write(`GET /ws HTTP/1.1\r\nHost: ${service.host}\r\n${fields}\r\n\r\n`)
      const [head] = await once(client, 'data')
      expect(String(head)).toMatch(/^HTTP\/1\.1 502 /)
    }
    expect(service.sessions).toHaveLength(1)
  })

  test('is told of a certificate that cannot be trusted before it is told anything else', async () => {
    const asked = vi.fn()
    const service = await startHttp2Origin(asked)
    const proxy = await startIntercepting(service.port, { upstream: { ca: [] } })
    const answer = await sendRaw(proxy.port, `CONNECT ${service.host} HTTP/1.1\r\nHost: ${service.host}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 502 .*certificate of localhost.* cannot be trusted/)
    expect(asked).not.toHaveBeenCalled()
  })

  test('the login layer reaches it, too', async () => {
    const service = await startHttp2Origin(async (stream) => {
      const body = await readText(stream)
      stream.respond({ ':status': 204, 'set-cookie': `session=${body}` }, { endStream: true })
    })
    // Whether anybody has been there before, or not.
    const proxy = await startIntercepting(service.port)
    const answer = await proxy.upstream.sendToOrigin({ ...ask(service), method: 'POST', body: '1' })
    expect(answer).toMatchObject({ status: 204 })
    expect(answer.rawHeaders).toContain('session=1')
  })
})

test('a client that speaks HTTP/2 only gets answers from a service that speaks HTTP/1.1 only', async () => {
  const server = https.createServer(CERTIFICATE, async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    response.end(`${request.httpVersion} ${request.method} ${request.headers.host} ${body}`)
  })
  const { port } = await listenAsOrigin(server)
  const client = await connectThrough(await startIntercepting(port), port, ['h2'])
  expect(client.alpnProtocol).toBe('h2')
  const session = http2.connect(`https://localhost:${port}`, { createConnection: () => client })
  const answer = await readAnswer(session.request({ ':path': '/', ':method': 'PUT' }).end('x'))
  expect(answer.text).toBe(`1.1 PUT localhost:${port} x`)
  session.destroy()
})

describe('what must not share a connection', () => {
  test('a client that logs its connection in has it in HTTP/1.1, to itself', async () => {
    const seen: string[] = []
    const service = await startHttp2Origin(() => {}, { allowHTTP1: true })
    service.server.on('request', (request, response) => {
      seen.push(`${request.httpVersion} ${request.headers.authorization ?? ''}`)
      response.end('ok')
    })
    const session = await openSession(await startIntercepting(service.port), service.port)
    await readAnswer(session.request(GRPC).end('x'))
    await readAnswer(session.request({ ...GRPC, authorization: 'Negotiate abc' }).end('x'))
    await readAnswer(session.request(GRPC).end('x'))
    expect(seen).toEqual(['2.0 ', '1.1 Negotiate abc', '1.1 '])
  })

  test('even where the service has no HTTP/1.1: then it hears so', async () => {
    const { session, service } = await start((stream) => stream.respond({ ':status': 200 }, { endStream: true }))
    const { head } = await readAnswer(session.request({ ...GRPC, authorization: 'NTLM abc' }).end('x'))
    expect(head[':status']).toBe(502)
    expect(service.sessions).toHaveLength(1)
  })

  test('every way out has its own connections, and reaches such services through another proxy as well', async () => {
    const service = await startHttp2Origin((stream) => stream.respond({ ':status': 200 }, { endStream: true }))
    const hop = await startHttpProxy()
    const route = { hosts: parseHostPattern(service.host), via: parseHop(`http://127.0.0.1:${hop.port}`) }
    const session = await openSession(
      await startIntercepting(service.port, { upstream: { routes: [route] } }),
      service.port,
    )
    for (let i = 0; i < 2; i++) expect((await readAnswer(session.request(GRPC).end('x'))).head[':status']).toBe(200)
    expect(new Set(hop.asked)).toEqual(new Set([`CONNECT ${service.host}`]))
    expect(service.sessions).toHaveLength(1)
  })
})

describe('a gRPC call that is challenged', () => {
  const replay = {
    kind: 'replay',
    cookie: 'session=1',
    setCookieLines: ['session=1'],
    defaultHeaders: [],
    source: 'login',
  } as const

  test('is logged in and sent again, and a call whose end waits for the answer does not wait for ever', async () => {
    const { login, asked } = scriptedLogin(replay)
    const bodies: string[] = []
    const { session, service } = await start(
      (stream, headers) => {
        if (headers['cookie'] !== 'session=1') return stream.respond(challenge, { endStream: true })
        stream.respond({ ':status': 200 }, { waitForTrailers: true })
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
        stream.on('data', (chunk) => {
          bodies.push(String(chunk))
          stream.write(`got ${chunk}`)
        })
        stream.on('end', () => stream.end())
      },
      {},
      { login },
    )
    const call = session.request(GRPC)
    call.write('one')
    const [head] = await once(call, 'response')
    const [first] = await once(call, 'data')
    expect(String(first)).toBe('got one')
    expect(head['set-cookie']).toEqual(['session=1'])
    call.end('two')
    await once(call, 'trailers')
    expect(bodies.join('')).toBe('onetwo')
    expect(asked).toMatchObject([{ origin: service.origin, method: 'POST', path: GRPC[':path'], replayable: true }])
  })

  test('with more than can be kept is not sent again in part', async () => {
    const { login, asked } = scriptedLogin({ kind: 'pass' })
    const { session } = await start(
      (stream) => {
        let size = 0
        stream.on('data', (chunk) => {
          size += chunk.length
          if (size > 2000 && !stream.headersSent) stream.respond(challenge, { endStream: true })
        })
      },
      {},
      { login, limits: { replayLimitBytes: 1000 } },
    )
    const call = session.request(GRPC)
    call.on('error', () => {})
    call.write(Buffer.alloc(3000))
    const [head] = await once(call, 'response')
    expect(head[':status']).toBe(401)
    expect(asked).toMatchObject([{ replayable: false }])
  })
})

const SETTINGS = 4
const HEADERS = 1
const DATA = 0
const RST_STREAM = 3

/** RFC 9113 §4.1, on the first stream; settings are the connection's. */
function frame(type: number, flags: number, payload: readonly number[] | Buffer): Buffer {
  const stream = type === SETTINGS ? 0 : 1
  return Buffer.concat([Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, stream]), Buffer.from(payload)])
}

/** A service that says 200 and half a body, then what `end` does. Node's own would end the stream before it resets it. */
async function startHalfAnswer(end: (socket: tls.TLSSocket) => void) {
  const server = tls.createServer({ ...CERTIFICATE, ALPNProtocols: ['h2'] }, (socket) => {
    socket.on('error', () => {})
    socket.write(frame(SETTINGS, 0, []))
    let isAsked = false
    socket.on('data', (bytes) => {
      // The call's body: its head has been read by now.
      if (isAsked || !bytes.includes('whole call')) return
      isAsked = true
      // HPACK's index of `:status: 200`.
      socket.write(Buffer.concat([frame(HEADERS, 4, [0x88]), frame(DATA, 0, Buffer.from('half'))]))
      setTimeout(end, 50, socket)
    })
  })
  const { port } = await listenAsOrigin(server)
  return openSession(await startIntercepting(port), port)
}

describe('a stream that ends too early', () => {
  test.each([NGHTTP2_NO_ERROR, NGHTTP2_CANCEL, http2.constants.NGHTTP2_INTERNAL_ERROR])(
    'of the service, with code %i, is an error at the client, never an end',
    async (code) => {
      const session = await startHalfAnswer((socket) => socket.write(frame(RST_STREAM, 0, [0, 0, 0, code])))
      await expect(readText(session.request(GRPC).end('whole call'))).rejects.toThrow(/NGHTTP2_INTERNAL_ERROR/)
    },
  )

  test('with its whole connection is an error at the client, too', async () => {
    const session = await startHalfAnswer((socket) => socket.destroy())
    await expect(readText(session.request(GRPC).end('whole call'))).rejects.toThrow(/NGHTTP2_INTERNAL_ERROR/)
  })

  test('before its answer is a 502', async () => {
    const { session } = await start((stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR))
    expect((await readAnswer(session.request(GRPC).end('x'))).head[':status']).toBe(502)
  })

  test('of the client is a reset for the service', async () => {
    const closed = vi.fn()
    const { session } = await start((stream) => {
      stream.on('close', () => closed(stream.rstCode))
      stream.once('data', () => call.close(NGHTTP2_CANCEL)).resume()
    })
    const call = session.request(GRPC)
    call.on('error', () => {})
    call.write('half')
    await waitFor(() => closed.mock.calls.length > 0)
    expect(closed).toHaveBeenCalledWith(NGHTTP2_CANCEL)
  })

  test('of the client never looks whole to a service of HTTP/1.1', async () => {
    const events: string[] = []
    const server = https.createServer(CERTIFICATE, (request) => {
      request.on('data', (chunk) => events.push(String(chunk)))
      request.on('end', () => events.push('end'))
      request.on('error', () => {})
      request.on('close', () => events.push('close'))
    })
    const { port } = await listenAsOrigin(server)
    const client = await connectThrough(await startIntercepting(port), port, ['h2'])
    const authority = Buffer.from(`localhost:${port}`)
    // HPACK's indices of POST, / and https, and a literal of the name that has index 1.
    const head = Buffer.concat([Buffer.from([0x83, 0x84, 0x87, 0x41, authority.length]), authority])
    client.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    client.write(Buffer.concat([frame(SETTINGS, 0, []), frame(HEADERS, 4, head), frame(DATA, 0, Buffer.from('half'))]))
    await waitFor(() => events.includes('half'))
    client.write(frame(RST_STREAM, 0, [0, 0, 0, NGHTTP2_CANCEL]))
    await waitFor(() => events.includes('close'))
    expect(events).toEqual(['half', 'close'])
  })
})

describe('the pool of HTTP/2', () => {
  test('sends a request again that was refused unread, once', async () => {
    let asked = 0
    const { session } = await start((stream) => {
      asked += 1
      if (asked === 1) stream.close(NGHTTP2_REFUSED_STREAM)
      else stream.respond({ ':status': 200 }, { endStream: true })
    })
    expect((await readAnswer(session.request(GRPC).end('x'))).head[':status']).toBe(200)
    expect(asked).toBe(2)
  })

  test('leaves a connection that says goodbye, and lets its streams end', async () => {
    const held: http2.ServerHttp2Stream[] = []
    const { session, service } = await start((stream, headers) => {
      stream.respond({ ':status': 200 })
      if (headers['x-hold']) held.push(stream)
      else stream.end('ok')
    })
    const first = session.request({ ...GRPC, 'x-hold': '1' }).end('x')
    await once(first, 'response')
    service.sessions[0]?.goaway(NGHTTP2_NO_ERROR)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await readAnswer(session.request(GRPC).end('x'))).text).toBe('ok')
    expect(service.sessions).toHaveLength(2)
    held[0]?.end('late')
    expect(await readText(first)).toBe('late')
  })

  test('opens another connection where one has as many streams as it takes', async () => {
    const { session, service } = await start((stream) => stream.respond({ ':status': 200 }), {
      settings: { maxConcurrentStreams: 2 },
    })
    for (let i = 0; i < 3; i++) await once(session.request(GRPC).end('x'), 'response')
    expect(service.sessions).toHaveLength(2)
  })

  test('holds a service back that sends more than its client reads', async () => {
    let sent = 0
    const { session } = await start((stream) => {
      stream.respond({ ':status': 200 })
      const chunk = Buffer.alloc(64 * 1024)
      const more = () => {
        while (sent < 64 * 1024 * 1024) {
          sent += chunk.length
          if (!stream.write(chunk)) return
        }
      }
      stream.on('drain', more)
      more()
    })
    const call = session.request(GRPC).end('x')
    await once(call, 'response')
    call.pause()
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(sent).toBeLessThan(8 * 1024 * 1024)
  })
})
