import type { ClientAnswer, ClientMessage } from './client-message.js'
import type { RequestHeaders } from './request-headers.js'

/** RFC 9110 §7.6.2: TRACE and OPTIONS with `Max-Forwards: 0` are asked of us, not of the service. */
export function isLastHop(method: string, { maxForwards }: RequestHeaders): boolean {
  return (method === 'TRACE' || method === 'OPTIONS') && maxForwards !== undefined && /^0+$/.test(maxForwards)
}

/** client → us. TRACE shows the request as it arrived, without the fields that are nobody's business (RFC 9110 §9.3.8). */
export function answerAtLastHop(request: ClientMessage, response: ClientAnswer): void {
  if (request.method === 'OPTIONS') {
    response.writeHead(204, ['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, CONNECT'])
    response.end()
    return
  }
  const body = `TRACE ${request.url} HTTP/${request.httpVersion}\r\n${shownHeaders(request.rawHeaders)}\r\n`
  response.writeHead(200, ['Content-Type', 'message/http', 'Content-Length', String(Buffer.byteLength(body, 'latin1'))])
  response.end(body, 'latin1')
}

const HIDDEN = /^(?:cookie|authorization|proxy-authorization|iam-auth-.*)$/i

function shownHeaders(rawHeaders: readonly string[]): string {
  let lines = ''
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!HIDDEN.test(rawHeaders[i] as string)) lines += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`
  }
  return lines
}
