import type { IncomingMessage } from 'node:http'
import type { IamIdentity } from '../identity.js'
import { isPublicPath, type PublicPath } from '../options/public-paths.js'

/** What Express adds to Node's request, as far as it is used here. */
export type IamAuthRequest = IncomingMessage & {
  originalUrl?: string
  baseUrl?: string
  ip?: string | undefined
  iam?: IamIdentity
}

/** The request's path and query as they were sent; undefined unless it is in origin form (RFC 9112 §3.2.1). */
export function parseTarget(req: IamAuthRequest): { readonly path: string; readonly query: string } | undefined {
  const target = req.originalUrl ?? req.url ?? ''
  if (!target.startsWith('/')) return undefined
  const mark = target.indexOf('?')
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) }
}

/**
 * Whether its path is public: the one that was sent and, where something before us rewrote it, also the one that the
 * application will see.
 */
export function isPublicRequest(req: IamAuthRequest, publicPaths: readonly PublicPath[]): boolean {
  if (publicPaths.length === 0) return false
  const sent = parseTarget(req)?.path ?? ''
  const [routed = ''] = `${req.baseUrl ?? ''}${req.url ?? ''}`.split('?', 1)
  const isRewritten = req.baseUrl !== undefined && routed !== sent && routed !== `${sent}/` // as Express says `/app` below `/app`
  return isPublicPath(sent, publicPaths) && (!isRewritten || isPublicPath(routed, publicPaths))
}

const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::(?!80$)[1-9]\d{0,4})?$/

/**
 * The origin this request is for: the configured one, where the Host is its host; without one a loopback host's own.
 * Undefined for every other Host, which is answered 421: a challenge never says what a Host header said.
 */
export function requestOrigin(req: IncomingMessage, configured: string | undefined): string | undefined {
  const host = req.headers.host ?? ''
  if (configured !== undefined) return host === configured.slice(configured.indexOf('//') + 2) ? configured : undefined
  return LOOPBACK_HOST.test(host) ? `http://${host}` : undefined
}

/** A CORS preflight (Fetch §4.8): it carries no credentials, so it goes to the application, and never with an identity. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined
}

/** Somebody who looks at a page, rather than a script. */
export function wantsPage({ headers }: IncomingMessage): boolean {
  const mode = headers['sec-fetch-mode']
  const isScript = headers['x-requested-with'] !== undefined || (mode !== undefined && mode !== 'navigate')
  return !isScript && (headers.accept ?? '').toLowerCase().includes('text/html')
}

/** The address a request comes from: Express's, which heeds `trust proxy`, else the socket's. */
export function clientAddress(req: IamAuthRequest): string {
  return req.ip ?? req.socket.remoteAddress ?? ''
}
