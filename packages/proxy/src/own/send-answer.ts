import type { ClientAnswer } from '../server/client-message.js'
import type { OwnAnswer } from './route.js'

const NOTHING_AT_ALL = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/**
 * Sends an own page with the headers all of them have: never stored, framed, sniffed, or given to another origin. A form's own
 * POST carries its Origin only under a referrer policy that lets our origin be named to ourselves.
 */
export function sendOwnAnswer(response: ClientAnswer, answer: OwnAnswer): void {
  const { req: request } = response
  if (response.headersSent || response.destroyed) return
  // What is left of an upload is read and dropped, and the connection ends: nobody waits for it.
  if (!request.complete) {
    response.shouldKeepAlive = false
    request.resume()
  }
  response.writeHead(answer.status, [
    ...['Content-Type', answer.contentType],
    ...['Content-Length', String(Buffer.byteLength(answer.body))],
    ...['Content-Security-Policy', answer.contentSecurityPolicy ?? NOTHING_AT_ALL],
    ...['X-Content-Type-Options', 'nosniff'],
    ...['X-Frame-Options', 'DENY'],
    ...['Cross-Origin-Resource-Policy', 'same-origin'],
    ...['Cross-Origin-Opener-Policy', 'same-origin'],
    ...['Referrer-Policy', 'same-origin'],
    ...['Cache-Control', 'no-store'],
    ...(answer.extraHeaders ?? []),
  ])
  response.end(request.method === 'HEAD' ? undefined : answer.body)
}
