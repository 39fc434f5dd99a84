import { headerValues } from 'iam-auth-protocol'
import { isOwnHost, reachedBy } from '../own/own-host.js'
import type { ClientAnswer, ClientMessage } from './client-message.js'
import type { ProxyContext } from './context.js'
import { answerOwnPage } from './own-page.js'
import { requireForwardable } from './request-checks.js'
import { sortRequestHeaders } from './request-headers.js'
import { parseTarget } from './target.js'

const PROXY = 'This is iam-auth-proxy, a forward proxy: set it as the HTTP proxy of your browser or tool.\n'
const GATEWAY =
  'This is a gateway of iam-auth-proxy, and no proxy. It has pages at the addresses that it printed when it started.\n'

/** Somebody addressed us as if we were a server. */
export function isAskedDirectly({ url = '' }: ClientMessage): boolean {
  return url.startsWith('/') || url === '*'
}

/** client → us. A page of our own, where we were meant by a name that is ours. Throws Refusal. */
export function answerDirectly(
  context: ProxyContext,
  request: ClientMessage,
  response: ClientAnswer,
  elsewhere = PROXY,
): void {
  const { rawHeaders, httpVersion, url = '', socket } = request
  const headers = sortRequestHeaders(rawHeaders)
  if (context.ownPages === undefined || url === '*' || !isOwnHost(headers.host, reachedBy(socket))) {
    answerMisdirected(response, elsewhere)
    return
  }
  const target = parseTarget(`http://${headers.host}${url}`)
  requireForwardable(headers, target, httpVersion)
  const password = headerValues(rawHeaders, 'authorization')
  const isAuthorized = context.isAuthorized?.(password.length === 1 ? password[0] : undefined) ?? true
  answerOwnPage(context, request, response, { target, isAuthorized })
}

/** client → us: a gateway was asked for none of its sites. Throws Refusal. */
export function answerNoSite(context: ProxyContext, request: ClientMessage, response: ClientAnswer): void {
  if (isAskedDirectly(request)) answerDirectly(context, request, response, GATEWAY)
  else answerMisdirected(response, GATEWAY)
}

/**
 * The same static text for every other Host (a site that has let its name lead here: DNS rebinding) and every path, and
 * nothing that lets another origin read it.
 */
function answerMisdirected(response: ClientAnswer, body: string): void {
  response.writeHead(421, [
    ...['Content-Type', 'text/plain; charset=utf-8'],
    ...['Content-Length', String(Buffer.byteLength(body))],
    ...['X-Content-Type-Options', 'nosniff'],
    ...['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
    ...['Cache-Control', 'no-store'],
  ])
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
