import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { failWhenCutOff } from '../upstream/http2-cut-off.js'
import type { ClientMessage } from './client-message.js'

export interface Http2Head {
  readonly headers: IncomingHttpHeaders
  /** Flat, with pseudo-headers. */
  readonly rawHeaders: readonly string[]
  readonly socket: TLSSocket
}

/**
 * The request of an HTTP/2 stream as the HTTP/1.1 request it will be for the service (RFC 9113 §8.3), so that all checks see
 * one kind of request. nghttp2 has refused by now what has no meaning there: upper-case names, hop-by-hop fields, lengths that lie.
 */
export function createHttp2Message(
  stream: ServerHttp2Stream,
  { headers, rawHeaders, socket }: Http2Head,
): ClientMessage {
  failWhenCutOff(stream)
  let rawTrailers: string[] = []
  stream.on('trailers', (_trailers, _flags, raw?: string[]) => {
    rawTrailers = raw ?? []
  })
  const message = {
    method: headers[':method'],
    url: headers[':path'] ?? '*',
    httpVersion: '1.1',
    rawHeaders: toHttp1(rawHeaders, stream.endAfterHeaders),
    headers,
    socket,
    get rawTrailers() {
      return rawTrailers
    },
    get complete() {
      return stream.endAfterHeaders || stream.readableEnded
    },
    get readableEnded() {
      return stream.readableEnded
    },
    pause() {
      stream.pause()
      return message
    },
    resume() {
      stream.resume()
      return message
    },
    iterator: (options?: { destroyOnReturn?: boolean }) => stream.iterator(options),
    on(event: string, listener: (...args: unknown[]) => void) {
      stream.on(event, listener)
      return message
    },
    once(event: string, listener: (...args: unknown[]) => void) {
      stream.once(event, listener)
      return message
    },
  }
  return message as unknown as ClientMessage
}

/** Host first; the pieces of Cookie joined (§8.2.3); a body without a length in chunks. */
function toHttp1(rawHeaders: readonly string[], isComplete: boolean): string[] {
  const flat: string[] = []
  const cookies: string[] = []
  let hasLength = false
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const value = rawHeaders[i + 1] as string
    if (name === ':authority') flat.unshift('Host', value)
    else if (name === 'cookie') cookies.push(value)
    else if (!name.startsWith(':')) flat.push(name, value)
    if (name === 'content-length') hasLength = true
  }
  if (cookies.length > 0) flat.push('Cookie', cookies.join('; '))
  if (!isComplete && !hasLength) flat.push('Transfer-Encoding', 'chunked')
  return flat
}
