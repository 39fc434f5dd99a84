import type { ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** An answer of our own instead of the service's: what happened and what to do, in one sentence for a person. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  constructor(
    readonly status: number,
    message: string,
    /** RFC 9209 §2.3 */
    readonly proxyError = 'http_request_error',
    readonly extraHeaders: readonly string[] = [],
  ) {
    super(message)
  }

  /** The request was not understood, so nobody can say where the next one begins. */
  get isAboutFraming(): boolean {
    return this.status === 400 || this.status === 501 || this.status === 505
  }
}

/** Answers a request with a refusal. Does nothing once an answer has begun. */
export function answerRefusal(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent) return
  const body = bodyOf(refusal)
  if (refusal.isAboutFraming) response.shouldKeepAlive = false
  // The reason is said again: a failed attempt to write the service's own has left that in the response.
  const reason = STATUS_CODES[refusal.status] ?? ''
  response.writeHead(refusal.status, reason, [...headersOf(refusal), 'Content-Length', String(Buffer.byteLength(body))])
  if (response.req.method === 'HEAD') response.end()
  else endAfterUpload(response, body)
}

/** ms a client gets to finish an upload that we will not use: a reset now could cost it our answer. */
const LINGER_MS = 1000

function endAfterUpload(response: ServerResponse, body: string): void {
  const { req: request } = response
  if (response.shouldKeepAlive || request.complete) {
    response.end(body)
    return
  }
  response.write(body)
  const timer = setTimeout(() => response.end(), LINGER_MS)
  request.once('close', () => {
    clearTimeout(timer)
    response.end()
  })
  request.resume()
}

/** The same on a bare socket (CONNECT, broken requests), then the end. The reason is all that some clients show. */
export function endWithRefusal(socket: Duplex, refusal: Refusal): void {
  const body = bodyOf(refusal)
  const headers = [...headersOf(refusal), 'Content-Length', String(Buffer.byteLength(body)), 'Connection', 'close']
  let head = `HTTP/1.1 ${refusal.status} ${printable(refusal.message)}\r\n`
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`
  socket.on('error', () => {})
  socket.end(`${head}\r\n${body}`, () => socket.destroy())
}

function bodyOf(refusal: Refusal): string {
  return `iam-auth-proxy: ${refusal.message}\n`
}

function headersOf(refusal: Refusal): string[] {
  return [
    ...['Content-Type', 'text/plain; charset=utf-8'],
    ...['X-Content-Type-Options', 'nosniff'],
    ...['Content-Security-Policy', "default-src 'none'"],
    ...['Cache-Control', 'no-store'],
    ...['Proxy-Status', `iam-auth-proxy; error=${refusal.proxyError}`],
    ...refusal.extraHeaders,
  ]
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}
