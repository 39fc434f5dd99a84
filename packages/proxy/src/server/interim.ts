import type { InterimAnswer } from '../upstream/message.js'
import { type Exchange, headersForClient } from './exchange.js'
import { formatInterimHeaders } from './response-headers.js'

/** Bytes that wait for a client. These answers hold nobody back, so beyond it they are left out. */
const WAITING_LIMIT_BYTES = 64 * 1024

/** service → us → client: a 1xx answer. HTTP/1.0 clients know none (RFC 9110 §15.2). */
export function relayInterim(exchange: Exchange, interim: InterimAnswer): void {
  const { request, response } = exchange
  if (response.headersSent || request.httpVersion !== '1.1') return
  if (request.socket.writableLength > WAITING_LIMIT_BYTES) return
  const flat = headersForClient(exchange, formatInterimHeaders(interim.rawHeaders))
  if (interim.statusCode === 100) response.writeContinue()
  else if (response.writeInterim) response.writeInterim(interim.statusCode, flat)
  // A pipelined request whose turn has not come owns no socket yet: this answer can be left out.
  else response.socket?.write(formatInterim(interim, flat), 'latin1')
}

function formatInterim({ statusCode, statusMessage }: InterimAnswer, flat: readonly string[]): string {
  let head = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`
  for (let i = 0; i < flat.length; i += 2) head += `${flat[i]}: ${flat[i + 1]}\r\n`
  return `${head}\r\n`
}
