import type { IncomingMessage } from 'node:http'
import type { ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2'
import { constants } from 'node:http2'
import { UpstreamError } from './dial.js'
import { createHttp2Answer, withoutPseudo } from './http2-answer.js'
import { failWhenCutOff } from './http2-cut-off.js'
import { formatHttp2Trailers } from './http2-headers.js'
import type { LateRequest } from './http2-request.js'

/** Whose stream it is. */
export interface StreamOwner {
  /** Told of what comes, in the words of node:http. */
  readonly request: LateRequest
  /** What it sends after its body, known by then. */
  readonly trailers: () => readonly (readonly [string, string])[]
}

type ResponseHead = IncomingHttpHeaders & IncomingHttpStatusHeader

/** Tells the request what becomes of its stream. To be called before anything of it is read. */
export function followStream(stream: ClientHttp2Stream, { request, trailers }: StreamOwner): void {
  let isAnswered = false
  failWhenCutOff(stream)
  // Without any, this is an empty frame of data that ends the stream.
  stream.once('wantTrailers', () => stream.sendTrailers(formatHttp2Trailers(trailers())))
  stream.on('headers', (headers: ResponseHead, _flags, raw?: string[]) => {
    const statusCode = headers[':status'] ?? 0
    request.emit('information', { statusCode, statusMessage: '', rawHeaders: withoutPseudo(raw ?? []) })
  })
  stream.on('response', (headers: ResponseHead, flags, raw?: string[]) => {
    isAnswered = true
    const isWhole = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
    const status = headers[':status'] ?? 0
    const answer = createHttp2Answer(stream, { status, headers, rawHeaders: raw ?? [], isWhole })
    request.emit('response', answer as unknown as IncomingMessage)
  })
  stream.on('error', (error) => {
    if (!isAnswered) tell(request, errorOf(error, stream))
  })
  stream.on('close', () => {
    if (!isAnswered && !stream.errored)
      tell(request, new UpstreamError('ECONNRESET', 'the connection closed before the answer'))
    request.destroy()
  })
}

function tell(request: LateRequest, error: Error): void {
  if (!request.destroyed) request.emit('error', error)
}

/** What became of the stream, as the codes that connections have. */
function errorOf(error: NodeJS.ErrnoException, { rstCode = 0 }: ClientHttp2Stream): Error {
  // RFC 9113 §8.7: the service has not looked at it.
  if (rstCode === constants.NGHTTP2_REFUSED_STREAM)
    return new UpstreamError('EREFUSEDSTREAM', 'the service takes no more requests now', { cause: error })
  // What it said is no HTTP.
  if (rstCode === constants.NGHTTP2_PROTOCOL_ERROR || error.code === 'ERR_HTTP2_SESSION_ERROR') return error
  return error.code?.startsWith('ERR_HTTP2') ? new UpstreamError('ECONNRESET', error.message, { cause: error }) : error
}
