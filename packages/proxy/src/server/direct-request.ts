import type { IncomingMessage, ServerResponse } from 'node:http'

const BODY = 'This is iam-auth-proxy, a forward proxy: set it as the HTTP proxy of your browser or tool.\n'

/** Somebody addressed us as if we were a server (or made a browser do it: DNS rebinding, a form on another site). */
export function isAskedDirectly({ url = '' }: IncomingMessage): boolean {
  return url.startsWith('/') || url === '*'
}

/** client → us. The same static text for every Host and path, and nothing that lets another origin read it. */
export function answerDirectly(response: ServerResponse): void {
  response.writeHead(421, [
    ...['Content-Type', 'text/plain; charset=utf-8'],
    ...['Content-Length', String(Buffer.byteLength(BODY))],
    ...['X-Content-Type-Options', 'nosniff'],
    ...['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
    ...['Cache-Control', 'no-store'],
  ])
  response.end(response.req.method === 'HEAD' ? undefined : BODY)
}
