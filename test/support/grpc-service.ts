import http from 'node:http'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Keeper } from './cleanup.js'
import type { Certificate } from './https.js'

/**
 * What stands before a service of HTTP/1.1, speaks HTTP/2 alone, and answers gRPC calls itself once the service has let their
 * headers in: each message comes back.
 */
export async function startGrpcFront(to: () => number, { cert, key }: Certificate, keep: Keeper) {
  const calls: string[] = []
  const server = http2.createSecureServer({ cert, key })
  const sessions = new Set<http2.ServerHttp2Session>()
  server.on('session', (session) => void sessions.add(session))
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => {})
    void answer(stream, headers).catch(() => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR))
  })
  const answer = async (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const isCall = headers['content-type']?.startsWith('application/grpc') ?? false
    const { status, fields, body } = await askService(to(), headers, isCall ? Buffer.alloc(0) : await buffer(stream))
    if (isCall) calls.push(`${status} ${headers[':path']}`)
    if (!isCall || status !== 200) {
      stream.respond({ ':status': status, ...fields })
      stream.end(body)
      return
    }
    const head = { ':status': 200, 'content-type': 'application/grpc', 'x-arn': String(body) }
    stream.respond(head, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.pipe(stream)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  keep(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, calls, sessions }
}

const OF_A_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'te', 'content-length']

function askService(port: number, asked: IncomingHttpHeaders, body: Buffer) {
  const { ':method': method, ':path': path, ':authority': host, ':scheme': _, ...rest } = asked
  const headers = { ...without(rest), host, 'content-length': body.length }
  return new Promise<{ status: number; fields: http.IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method, path, headers, agent: false }, async (response) => {
      const { statusCode: status = 0, headers: fields } = response
      resolve({ status, fields: without(fields), body: await buffer(response) })
    })
    request.on('error', reject).end(body)
  })
}

function without(fields: http.IncomingHttpHeaders): http.IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !OF_A_CONNECTION.includes(name)))
}
