import type { ClientHttp2Stream } from 'node:http2'
import { Writable } from 'node:stream'
import { UpstreamError } from './dial.js'
import type { TakenSession } from './http2-pool.js'
import type { OutgoingRequest, UpstreamRequest } from './message.js'

export interface Http2Means {
  /** Nothing where the service speaks no HTTP/2. */
  readonly take: () => Promise<TakenSession | undefined>
  /** The same request in HTTP/1.1. */
  readonly fallBack: () => UpstreamRequest
}

/** What holds a request until there is a stream for it, or a request of HTTP/1.1. */
export type LateRequest = Writable & { reusedSocket: boolean }

/** RFC 9113 §7. This file is loaded without node:http2. */
const CANCEL = 8

/**
 * us → service in HTTP/2, with the face of node:http's request. It holds what is written until its session stands; where the
 * service speaks none it is a request of HTTP/1.1 after all.
 */
export function createHttp2Request(outgoing: OutgoingRequest, { take, fallBack }: Http2Means): UpstreamRequest {
  let inner: ClientHttp2Stream | UpstreamRequest | undefined
  let trailers: [string, string][] = []
  const begin = async () => {
    const taken = await take()
    if (request.destroyed) return
    if (!taken) {
      inner = follow(request, fallBack())
      return
    }
    request.reusedSocket = taken.isReused
    inner = taken.session.request(outgoing, { request, trailers: () => trailers })
  }
  const writable = new Writable({
    // Sent whole is not answered.
    autoDestroy: false,
    ...(outgoing.signal && { signal: outgoing.signal }),
    construct: (done) =>
      void begin().then(
        () => done(),
        (error) => done(unsendable(error)),
      ),
    write(chunk: Buffer, _encoding, done) {
      if (chunk.length === 0 || inner?.write(chunk)) done()
      else inner?.once('drain', done)
    },
    final(done) {
      if (!inner || inner.writableEnded) return done()
      if (trailers.length > 0 && !('session' in inner)) inner.addTrailers(trailers)
      inner.end(done)
    },
    destroy(error, done) {
      if (inner && 'session' in inner) inner.close(CANCEL)
      inner?.destroy()
      done(error)
    },
  })
  const request: LateRequest = Object.assign(writable, {
    reusedSocket: false,
    addTrailers(pairs: [string, string][]) {
      trailers = pairs
    },
  })
  return request as unknown as UpstreamRequest
}

function follow(request: LateRequest, inner: UpstreamRequest): UpstreamRequest {
  inner.on('response', (answer) => request.emit('response', answer))
  inner.on('information', (interim) => request.emit('information', interim))
  inner.on('upgrade', (answer, socket, head) => request.emit('upgrade', answer, socket, head))
  inner.on('error', (error) => {
    request.reusedSocket = inner.reusedSocket
    if (!request.destroyed) request.emit('error', error)
  })
  inner.on('close', () => request.destroy())
  return inner
}

/** Node takes several lines of a field that has one value in HTTP/1.1 only. */
function unsendable(error: NodeJS.ErrnoException): Error {
  if (!error.code?.startsWith('ERR_HTTP2') && !error.code?.startsWith('ERR_INVALID')) return error
  return new UpstreamError('EUNSENDABLE', error.message, { cause: error })
}
