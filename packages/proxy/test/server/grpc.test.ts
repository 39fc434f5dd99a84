import { once } from 'node:events'
import type { UntypedServiceImplementation } from '@grpc/grpc-js'
import grpc from '@grpc/grpc-js'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from '../upstream/localhost-certificate.js'
import { HOST, openSession, readAnswer, startHttp2Origin, startIntercepting } from './http2-rig.js'
import { scriptedLogin } from './rig.js'

const serialize = (message: Buffer) => message
const kinds = (requestStream: boolean, responseStream: boolean, name: string) => ({
  path: `/test.Echo/${name}`,
  ...{ requestStream, responseStream },
  ...{ requestSerialize: serialize, requestDeserialize: serialize },
  ...{ responseSerialize: serialize, responseDeserialize: serialize },
})
const ECHO = {
  unary: kinds(false, false, 'Unary'),
  serverStream: kinds(false, true, 'ServerStream'),
  clientStream: kinds(true, false, 'ClientStream'),
  bidi: kinds(true, true, 'Bidi'),
}
const OPTIONS = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 }
const cancelled = vi.fn()

const handlers: UntypedServiceImplementation = {
  unary: ((call, callback) => {
    if (call.metadata.get('x-fail').length > 0) {
      const metadata = new grpc.Metadata()
      metadata.set('x-why', 'because')
      callback({ code: grpc.status.FAILED_PRECONDITION, details: 'not today', metadata })
      return
    }
    const trailer = new grpc.Metadata()
    trailer.set('x-trailer', 'after')
    const head = new grpc.Metadata()
    head.set('x-head', `${call.metadata.get('x-mine')}`)
    call.sendMetadata(head)
    callback(null, call.request, trailer)
  }) as grpc.handleUnaryCall<Buffer, Buffer>,
  serverStream: ((call) => {
    call.on('cancelled', cancelled)
    if (String(call.request) === 'for ever') return void call.write(Buffer.from('1'))
    for (let i = 0; i < 5; i++) call.write(Buffer.from(`${call.request} ${i}`))
    call.end()
  }) as grpc.handleServerStreamingCall<Buffer, Buffer>,
  clientStream: ((call, callback) => {
    let size = 0
    call.on('data', (message: Buffer) => {
      size += message.length
    })
    call.on('end', () => callback(null, Buffer.from(String(size))))
  }) as grpc.handleClientStreamingCall<Buffer, Buffer>,
  bidi: ((call) => {
    call.on('data', (message: Buffer) => call.write(message))
    call.on('end', () => call.end())
  }) as grpc.handleBidiStreamingCall<Buffer, Buffer>,
}

afterEach(() => vi.unstubAllEnvs())

async function startService(): Promise<number> {
  const server = new grpc.Server(OPTIONS)
  server.addService(ECHO, handlers)
  const pair = { private_key: Buffer.from(LOCALHOST_KEY), cert_chain: Buffer.from(LOCALHOST_CERTIFICATE) }
  const credentials = grpc.ServerCredentials.createSsl(null, [pair])
  onTestFinished(() => server.forceShutdown())
  return new Promise((resolve, reject) =>
    server.bindAsync(`${HOST}:0`, credentials, (error, port) => (error ? reject(error) : resolve(port))),
  )
}

/** A client as programs have it: told of the proxy by the environment, and of the authority's root. */
function createClient(proxy: { port: number; root: string }, port: number) {
  vi.stubEnv('grpc_proxy', `http://127.0.0.1:${proxy.port}`)
  for (const name of ['no_proxy', 'no_grpc_proxy', 'NO_PROXY']) vi.stubEnv(name, '')
  const Client = grpc.makeGenericClientConstructor(ECHO, 'Echo')
  const client = new Client(`${HOST}:${port}`, grpc.credentials.createSsl(Buffer.from(proxy.root)), OPTIONS)
  onTestFinished(() => client.close())
  return client as unknown as EchoClient
}

interface EchoClient {
  unary(
    message: Buffer,
    metadata: grpc.Metadata,
    callback: (error: grpc.ServiceError | null, answer?: Buffer) => void,
  ): grpc.ClientUnaryCall
  serverStream(message: Buffer): grpc.ClientReadableStream<Buffer>
  clientStream(callback: (error: grpc.ServiceError | null, answer?: Buffer) => void): grpc.ClientWritableStream<Buffer>
  bidi(): grpc.ClientDuplexStream<Buffer, Buffer>
}

async function start() {
  const port = await startService()
  return createClient(await startIntercepting(port), port)
}

function callUnary(client: EchoClient, message: Buffer, fields: Record<string, string> = {}) {
  const metadata = new grpc.Metadata()
  for (const [name, value] of Object.entries(fields)) metadata.set(name, value)
  const seen: Record<string, unknown> = {}
  return new Promise<Record<string, unknown>>((resolve) => {
    const call = client.unary(message, metadata, (error, answer) => Object.assign(seen, { error, answer }))
    call.on('metadata', (head: grpc.Metadata) => Object.assign(seen, { head: head.getMap() }))
    call.on('status', (status) => resolve({ ...seen, code: status.code, trailers: status.metadata.getMap() }))
  })
}

describe('a gRPC client through the proxy', () => {
  test('makes calls, with metadata before and after', async () => {
    const client = await start()
    const result = await callUnary(client, Buffer.from('hello'), { 'x-mine': 'yes' })
    expect(result).toMatchObject({ code: 0, head: { 'x-head': 'yes' }, trailers: { 'x-trailer': 'after' } })
    expect(String(result['answer'])).toBe('hello')
  })

  test('hears the service’s own errors, with what they say', async () => {
    const result = await callUnary(await start(), Buffer.from(''), { 'x-fail': '1' })
    expect(result).toMatchObject({
      code: grpc.status.FAILED_PRECONDITION,
      error: { details: 'not today' },
      trailers: { 'x-why': 'because' },
    })
  })

  test('receives streams, and sends them', async () => {
    const client = await start()
    const received: string[] = []
    for await (const message of client.serverStream(Buffer.from('n'))) received.push(String(message))
    expect(received).toEqual(['n 0', 'n 1', 'n 2', 'n 3', 'n 4'])
    const size = await new Promise((resolve, reject) => {
      const call = client.clientStream((error, answer) => (error ? reject(error) : resolve(String(answer))))
      for (let i = 0; i < 10; i++) call.write(Buffer.alloc(1000))
      call.end()
    })
    expect(size).toBe('10000')
  })

  test('talks both ways, in turns', async () => {
    const call = (await start()).bidi()
    for (const word of ['one', 'two', 'three']) {
      call.write(Buffer.from(word))
      const [answer] = await once(call, 'data')
      expect(String(answer)).toBe(word)
    }
    call.end()
    call.resume()
    const [status] = await once(call, 'status')
    expect(status.code).toBe(0)
  })

  test('cancels at the service', async () => {
    const call = (await start()).serverStream(Buffer.from('for ever'))
    const failed = once(call, 'error').catch((error: unknown) => [error])
    await once(call, 'data').catch(() => {})
    call.cancel()
    await failed
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalled(), 5000)
  })

  test('sends and receives 8 MB in one message', async () => {
    const message = Buffer.alloc(8_000_000, 'abcdefg')
    const { answer, code } = await callUnary(await start(), message)
    expect(code).toBe(0)
    expect(message.equals(answer as Buffer)).toBe(true)
  })

  test('hears UNAVAILABLE where the service does not answer', async () => {
    const service = await startHttp2Origin((stream) => stream.session?.destroy())
    const client = createClient(await startIntercepting(service.port), service.port)
    expect(await callUnary(client, Buffer.from('x'))).toMatchObject({ code: grpc.status.UNAVAILABLE })
  })
})

/** The message in the five bytes that frame it. */
function framed(flags: number, payload: string): Buffer {
  const head = Buffer.alloc(5)
  head[0] = flags
  head.writeUInt32BE(Buffer.byteLength(payload), 1)
  return Buffer.concat([head, Buffer.from(payload)])
}

const loggingIn = () =>
  scriptedLogin({ kind: 'replay', cookie: 'session=1', setCookieLines: [], defaultHeaders: [], source: 'login' })
const CHALLENGE = { ':status': 401, 'www-authenticate': 'IAM realm="123456789012"' }

test('a gRPC call that is challenged is logged in, and the program notices nothing', async () => {
  const { login, asked } = loggingIn()
  const service = await startHttp2Origin((stream, headers) => {
    if (headers['cookie'] !== 'session=1') return stream.respond(CHALLENGE, { endStream: true })
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.pipe(stream)
  })
  const client = createClient(await startIntercepting(service.port, { login }), service.port)
  const { answer, code } = await callUnary(client, Buffer.from('hello'))
  expect({ code, answer: String(answer) }).toEqual({ code: 0, answer: 'hello' })
  expect(asked).toMatchObject([{ origin: service.origin, method: 'POST', path: ECHO.unary.path }])
})

test.each([
  ['binary', 'application/grpc-web+proto', (bytes: Buffer) => bytes],
  ['text', 'application/grpc-web-text', (bytes: Buffer) => Buffer.from(bytes.toString('base64'))],
])('gRPC-Web (%s) is logged in over HTTP/1.1, its trailers in the body', async (_, type, encode) => {
  const { login, asked } = loggingIn()
  const answer = encode(Buffer.concat([framed(0, 'hello'), framed(0x80, 'grpc-status: 0\r\n')]))
  const seen: string[] = []
  const service = await startHttp2Origin(() => {}, { allowHTTP1: true })
  service.server.on('request', async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    seen.push(`${request.httpVersion} ${Buffer.concat(chunks).equals(encode(framed(0, 'hello')))}`)
    if (request.headers.cookie !== 'session=1') {
      response.writeHead(401, { 'www-authenticate': CHALLENGE['www-authenticate'] }).end()
    } else {
      response.writeHead(200, { 'content-type': type })
      response.end(answer)
    }
  })
  const session = await openSession(await startIntercepting(service.port, { login }), service.port)
  const call = session.request({ ':method': 'POST', ':path': '/test.Echo/Unary', 'content-type': type })
  call.end(encode(framed(0, 'hello')))
  const { text, head } = await readAnswer(call)
  expect(head[':status']).toBe(200)
  expect(text).toBe(answer.toString())
  expect(seen).toEqual(['1.1 true', '1.1 true'])
  expect(asked).toHaveLength(1)
})
