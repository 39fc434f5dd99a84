import { isOwnHost, reachedBy } from '../own/own-host.js'
import type { ClientAnswer, ClientMessage } from './client-message.js'
import type { ClientConnection } from './connection.js'
import type { ProxyContext } from './context.js'
import type { Target } from './target.js'

/** Whether we are meant ourselves: with `<-loopback>`, browsers ask for our own pages through us. */
export function isOwnTarget(
  { ownPages }: ProxyContext,
  { localPort }: ClientConnection,
  { socket }: ClientMessage,
  { authority }: Target,
): boolean {
  // The port first: it tells nearly all, and costs nothing.
  if (ownPages === undefined || authority.scheme !== 'http' || authority.port !== localPort) return false
  return isOwnHost(authority.hostHeader, reachedBy(socket))
}

/** client → us: a page of our own. All that holds for a request to be forwarded holds for this one too. */
export function answerOwnPage(
  { ownPages }: ProxyContext,
  request: ClientMessage,
  response: ClientAnswer,
  { target, isAuthorized }: { readonly target: Target; readonly isAuthorized: boolean },
): void {
  const { path, authority } = target
  const asked = {
    request,
    response,
    path,
    host: authority.hostHeader,
    reached: reachedBy(request.socket),
    isAuthorized,
  }
  void ownPages?.answer(asked)
}
