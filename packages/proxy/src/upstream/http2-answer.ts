import { STATUS_CODES } from 'node:http'
import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import { constants } from 'node:http2'
import { UpstreamError } from './dial.js'
import type { UpstreamAnswer } from './message.js'

/** What the first HEADERS frame of an answer holds; `rawHeaders` flat, with pseudo-headers. */
export interface AnswerHead {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  /** Nothing comes after it. */
  readonly isWhole: boolean
}

/** The answer of an HTTP/2 stream, read as one of HTTP/1.1. nghttp2 has refused by now what has no meaning there (RFC 9113 §8.2). */
export function createHttp2Answer(
  stream: ClientHttp2Stream,
  { status, headers, rawHeaders, isWhole }: AnswerHead,
): UpstreamAnswer {
  let rawTrailers: string[] = []
  stream.on('trailers', (_trailers, _flags, raw?: string[]) => {
    rawTrailers = withoutPseudo(raw ?? [])
  })
  const answer = {
    statusCode: status,
    statusMessage: STATUS_CODES[status] ?? '',
    httpVersion: '2',
    headers,
    rawHeaders: withoutPseudo(rawHeaders),
    tail: isWhole ? 'none' : 'trailers',
    get rawTrailers() {
      return rawTrailers
    },
    get complete() {
      return isWhole || stream.readableEnded
    },
    get destroyed() {
      return stream.destroyed
    },
    pause() {
      stream.pause()
      return answer
    },
    resume() {
      stream.resume()
      return answer
    },
    destroy() {
      stream.close(constants.NGHTTP2_CANCEL)
      stream.destroy()
      return answer
    },
    on(event: string, listener: (...args: unknown[]) => void) {
      stream.on(event, listener)
      if (event === 'error') onQuietEnd(stream, listener)
      return answer
    },
    once(event: string, listener: (...args: unknown[]) => void) {
      stream.once(event, listener)
      return answer
    },
    [Symbol.asyncIterator]: () => stream.iterator(),
  }
  return answer as unknown as UpstreamAnswer
}

/** A session that is gone takes its streams along without a word. */
function onQuietEnd(stream: ClientHttp2Stream, listener: (error: Error) => void): void {
  stream.once('close', () => {
    if (!stream.readableEnded && !stream.errored)
      listener(new UpstreamError('ECONNRESET', 'the connection closed before the end of the answer'))
  })
}

/** The flat list without `:status`. */
export function withoutPseudo(flat: readonly string[]): string[] {
  const kept: string[] = []
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] as string
    if (!name.startsWith(':')) kept.push(name, flat[i + 1] as string)
  }
  return kept
}
