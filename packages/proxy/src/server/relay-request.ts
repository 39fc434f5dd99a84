import type { UpstreamRequest } from '../upstream/message.js'
import type { ClientMessage } from './client-message.js'
import type { Exchange } from './exchange.js'
import { fieldRule, isProtectedField } from './fields.js'
import { keepChunk } from './kept-body.js'
import { pourUpload } from './pour-upload.js'

/** client → us → service: the body, held back by whoever is slower, and kept up to the limit in case of a replay. */
export function relayRequestBody(exchange: Exchange): void {
  if (!exchange.hasBody) return
  const { request, body, context } = exchange
  request.on('data', (chunk: Buffer) => {
    if (exchange.isDone) return
    keepChunk(body, chunk, context.limits.replayLimitBytes)
    const { upstream, isChallenged } = exchange
    // A service that has answered with a challenge reads no more: waiting for it would last for ever.
    if (!isChallenged && isWritable(upstream) && !upstream.write(chunk)) request.pause()
    if (body.chunks === undefined && body.left > 0) process.nextTick(pourUpload, exchange)
  })
  request.on('end', () => {
    const { upstream, isChallenged, isDone } = exchange
    if (!isDone && !isChallenged && isWritable(upstream)) endWithTrailers(upstream, request)
  })
}

/** us → service: what was kept so far; what is still to come follows by itself. */
export function replayKept({ request, body }: Exchange, upstream: UpstreamRequest): void {
  upstream.on('drain', () => request.resume())
  for (const chunk of body.chunks ?? []) upstream.write(chunk)
  if (request.readableEnded) endWithTrailers(upstream, request)
  // The headers go out even if the body takes its time.
  else process.nextTick(flushHeaders, upstream)
}

function isWritable(upstream: UpstreamRequest | undefined): upstream is UpstreamRequest {
  return upstream !== undefined && !upstream.destroyed && !upstream.writableEnded
}

function endWithTrailers(upstream: UpstreamRequest, { rawTrailers }: ClientMessage): void {
  if (rawTrailers.length > 0) upstream.addTrailers(trailerPairs(rawTrailers))
  upstream.end()
}

/** RFC 9110 §6.5.1: nothing that frames, routes or authenticates may come after the body, nor what is for one hop only. */
export function trailerPairs(rawTrailers: readonly string[]): [string, string][] {
  const pairs: [string, string][] = []
  for (let i = 0; i < rawTrailers.length; i += 2) {
    const name = rawTrailers[i] as string
    if (fieldRule(name) === 'keep' && !isProtectedField(name.toLowerCase()))
      pairs.push([name, rawTrailers[i + 1] as string])
  }
  return pairs
}

function flushHeaders(upstream: UpstreamRequest): void {
  if (!upstream.destroyed && !upstream.writableEnded) upstream.write('')
}
