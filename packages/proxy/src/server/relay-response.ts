import type { UpstreamAnswer } from '../upstream/message.js'
import type { ClientAnswer } from './client-message.js'
import type { Exchange } from './exchange.js'
import { finishExchange, headersForClient } from './exchange.js'
import { failExchange } from './fail.js'
import { keepOpenForUpload } from './keep-open.js'
import { dropKept } from './kept-body.js'
import { trailerPairs } from './relay-request.js'
import { formatResponseHeaders } from './response-headers.js'

/** Bodies up to this size are cheaper to copy than to send by themselves. */
const JOINED_LIMIT_BYTES = 8 * 1024

/** service → us → client: the answer, streamed, held back by whoever is slower. */
export function relayAnswer(exchange: Exchange, answer: UpstreamAnswer): void {
  dropKept(exchange.body)
  const { response } = exchange
  if (!writeHead(exchange, answer)) return
  let isFlushed = false
  answer.on('data', (chunk: Buffer) => {
    if (answer.isLast) endAnswer(exchange, answer, chunk)
    else if (!response.write(chunk)) answer.pause()
    if (!isFlushed) pourRest(exchange, answer)
    isFlushed = true
  })
  response.on('drain', () => answer.resume())
  answer.on('end', () => {
    isFlushed = true
    if (!exchange.isDone) endAnswer(exchange, answer)
  })
  answer.on('error', (error) => failExchange(exchange, error))
  // Headers travel with the first chunk if that came along, else at once: a stream of events may stay silent for long.
  if (answer.isFollowed) return
  process.nextTick(() => {
    // Not flushHeaders(): that one encodes them as UTF-8.
    if (!isFlushed && !exchange.isDone) response.write('', 'latin1')
  })
}

/** False, with the exchange failed, where the service's headers cannot be said in HTTP. */
function writeHead(exchange: Exchange, answer: UpstreamAnswer): boolean {
  const { context, request, response, target, setCookieLines, defaultHeaders } = exchange
  const { statusCode, statusMessage } = answer
  const canChunk =
    request.httpVersion === '1.1' && request.method !== 'HEAD' && statusCode !== 204 && statusCode !== 304
  try {
    const { headers, mustClose } = formatResponseHeaders(answer, {
      pseudonym: context.pseudonym,
      setCookieLines,
      defaultHeaders,
      canChunk,
    })
    // Date is the service's to set.
    response.sendDate = false
    keepOpenForUpload(exchange)
    if (mustClose) response.shouldKeepAlive = false
    if (answer.tail !== undefined) response.tail = answer.tail
    response.writeHead(statusCode, statusMessage, headersForClient(exchange, headers) as string[])
    context.observer.answered(target.authority.origin, statusCode)
    return true
  } catch (error) {
    failExchange(exchange, error as Error)
    return false
  }
}

function endAnswer(exchange: Exchange, { rawTrailers }: UpstreamAnswer, last?: Buffer): void {
  const { response } = exchange
  if (rawTrailers.length > 0) addTrailers(response, rawTrailers)
  if (last === undefined) response.end()
  // As text Node joins it to the head and writes both at once, where it would otherwise gather two buffers.
  else if (last.length <= JOINED_LIMIT_BYTES) response.end(last.toString('latin1'), 'latin1')
  else response.end(last)
  finishExchange(exchange)
}

/** A body whose length both sides have been told is bytes and nothing else on both connections. */
function pourRest({ response }: Exchange, answer: UpstreamAnswer): void {
  const { socket, chunkedEncoding } = response
  if (socket && !chunkedEncoding) answer.pourInto?.(socket)
}

function addTrailers(response: ClientAnswer, rawTrailers: readonly string[]): void {
  if (response.chunkedEncoding) response.addTrailers(trailerPairs(rawTrailers))
}
