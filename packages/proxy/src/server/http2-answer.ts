import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { AnswerTail } from '../upstream/message.js'
import type { ClientAnswer, ClientMessage } from './client-message.js'
import { Refusal } from './refusal.js'

/** The answer to an HTTP/2 stream, said as one would say it in HTTP/1.1. What comes after the end is nobody's any more. */
export function createHttp2Answer(stream: ServerHttp2Stream, request: ClientMessage): ClientAnswer {
  const isGone = () => stream.destroyed || stream.closed
  // Node ends the body of an answer to HEAD before it begins.
  const isOver = () => isGone() || stream.writableEnded
  const answer = {
    req: request,
    socket: null,
    /** A stream ends by itself: its connection stays, whoever would close it. */
    get shouldKeepAlive() {
      return true
    },
    set shouldKeepAlive(_) {},
    sendDate: true,
    tail: undefined as AnswerTail | undefined,
    /** Trailers may follow any body here. */
    chunkedEncoding: true,
    get destroyed() {
      return stream.destroyed
    },
    get headersSent() {
      return stream.headersSent
    },
    writeHead(status: number, ...rest: readonly unknown[]) {
      const flat = rest.at(-1) as readonly string[]
      const waitForTrailers = answer.tail === 'trailers' || names(flat).includes('trailer')
      // gRPC's clients tell a status in the head from a body that never came by where the stream ends.
      const options = { sendDate: answer.sendDate, endStream: answer.tail === 'none', waitForTrailers }
      // Without any, this is an empty frame of data that ends the stream.
      if (waitForTrailers) stream.once('wantTrailers', () => stream.sendTrailers({}))
      if (!isGone()) stream.respond({ ':status': status, ...toHttp2(flat) }, options)
      return answer
    },
    writeContinue() {
      if (!isGone() && !stream.headersSent) stream.additionalHeaders({ ':status': 100 })
    },
    writeInterim(status: number, flat: readonly string[]) {
      if (!isGone() && !stream.headersSent) stream.additionalHeaders({ ':status': status, ...toHttp2(flat) })
    },
    write: (chunk: string | Buffer) => isOver() || chunk.length === 0 || stream.write(chunk),
    end(chunk?: string | Buffer, encoding: BufferEncoding = 'utf8') {
      // What is still to come of the upload is of no interest, and would stay in the way.
      stream.resume()
      if (isOver()) return answer
      if (chunk === undefined) stream.end()
      else stream.end(chunk, encoding)
      return answer
    },
    /** A body that was cut off must not look whole, as it would after close(), whatever its code. */
    destroy() {
      stream.destroy(new Error('the answer was cut off'))
      return answer
    },
    addTrailers(pairs: readonly (readonly [string, string])[]) {
      stream.removeAllListeners('wantTrailers')
      stream.once('wantTrailers', () => stream.sendTrailers(toHttp2(pairs.flat())))
    },
    detachSocket() {},
    on(event: string, listener: (...args: unknown[]) => void) {
      stream.on(event, listener)
      return answer
    },
    once(event: string, listener: (...args: unknown[]) => void) {
      stream.once(event, listener)
      return answer
    },
  }
  return answer as unknown as ClientAnswer
}

function names(flat: readonly string[]): string[] {
  return flat.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase())
}

/**
 * Lower-case names, each once: of some Node takes no second line, and dies of it in trailers. Several lines of one are a list
 * (RFC 9110 §5.3), but for Set-Cookie. Throws Refusal 502 for a coding that is no part of HTTP/2.
 */
function toHttp2(flat: readonly string[]): OutgoingHttpHeaders {
  // A service may name a field `constructor`.
  const headers: Record<string, string | string[]> = Object.create(null)
  for (let i = 0; i < flat.length; i += 2) {
    const name = (flat[i] as string).toLowerCase()
    const value = flat[i + 1] as string
    if (name === 'transfer-encoding')
      throw new Refusal(
        502,
        'the service sent a body in a transfer coding that HTTP/2 does not have',
        'http_response_transfer_coding',
      )
    const before = headers[name]
    if (before === undefined) headers[name] = value
    else headers[name] = name === 'set-cookie' ? [before, value].flat() : `${before}, ${value}`
  }
  return headers
}
