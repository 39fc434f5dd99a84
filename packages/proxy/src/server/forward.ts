import { type Front, frontFor } from '../gateway/front.js'
import { requireAdmitted } from './admission.js'
import { receiveAnswer } from './answer.js'
import type { ClientAnswer, ClientMessage } from './client-message.js'
import { type ClientConnection, connectionOf } from './connection.js'
import type { ProxyContext } from './context.js'
import { answerDirectly, answerNoSite, isAskedDirectly } from './direct-request.js'
import type { ClientUpgrade, Exchange } from './exchange.js'
import { createExchange } from './exchange.js'
import { isGrpc } from './is-grpc.js'
import { createKeptBody } from './kept-body.js'
import { answerAtLastHop, isLastHop } from './max-forwards.js'
import { requireTrustedOrigin } from './only-trusted.js'
import { formatRequestHeaders, hasBody } from './outgoing-headers.js'
import { answerOwnPage, isOwnTarget } from './own-page.js'
import { requireAuthorized } from './proxy-auth.js'
import { answerRefusal, Refusal } from './refusal.js'
import { relayRequestBody } from './relay-request.js'
import { requireForwardable, requireMethod, requireNoLoop } from './request-checks.js'
import { type RequestHeaders, sortRequestHeaders } from './request-headers.js'
import { sendToService } from './send.js'
import { type Authority, parseTarget, parseTargetAt, type Target } from './target.js'

/** client → us → service: a request in absolute form, or for the one site that is meant at a gateway or in a tunnel. */
export function forward(
  context: ProxyContext,
  request: ClientMessage,
  response: ClientAnswer,
  upgrade?: ClientUpgrade,
): void {
  const connection = connectionOf(context, request.socket)
  const { admission } = connection
  // An answer has closed this connection: Node parses on for a moment, and dies if what it finds is answered.
  if (connection.isDistrusted || !request.socket.writable) return
  if (!admission.isDecided) {
    connection.waiting += 1
    void admission.decided.then(() => {
      connection.waiting -= 1
      forward(context, request, response, upgrade)
    })
    return
  }
  try {
    requireAdmitted(admission)
    const { fronts, site } = connection
    const front = fronts && frontFor(fronts, request)
    if (fronts && !front) {
      answerNoSite(context, request, response)
      return
    }
    // From here on all see a request as the site itself would get it: our checks, the login layer, the service.
    if (front) request.rawHeaders = front.toSite({ method: request.method ?? '', rawHeaders: request.rawHeaders })
    else if (site === undefined && isAskedDirectly(request)) {
      answerDirectly(context, request, response)
      return
    }
    const exchange = openExchange(context, { request, response, upgrade, front })
    if (!exchange) return
    relayRequestBody(exchange)
    sendToService(exchange, receiveAnswer)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    connection.isDistrusted = error.isAboutFraming && !connection.isHttp2
    // Other users are not to keep connections to us.
    if (!admission.isAdmitted) response.shouldKeepAlive = false
    answerRefusal(response, error)
  }
}

/** The checks, in order, and the state of the request; nothing if it ends here with an answer. Throws Refusal. */
function openExchange(
  context: ProxyContext,
  { request, response, upgrade, front }: Pick<Exchange, 'request' | 'response' | 'upgrade' | 'front'>,
): Exchange | undefined {
  const { method = 'GET', httpVersion } = request
  requireMethod(method)
  const connection = connectionOf(context, request.socket)
  const headers = sortRequestHeaders(request.rawHeaders)
  const target = requireTarget(context, siteOf(connection, front), headers, request.url ?? '')
  requireForwardable(headers, target, httpVersion)
  if (isOwnTarget(context, connection, request, target)) {
    answerOwnPage(context, request, response, { target, isAuthorized: true })
    return undefined
  }
  requireNoLoop(headers, context.pseudonym)
  requireTrustedOrigin(context, target.authority)
  if (isLastHop(method, headers)) {
    answerAtLastHop(request, response)
    return undefined
  }
  const { authority } = target
  const protocol = connection.isHttp2 ? '2' : httpVersion
  const outgoing = { method, protocol, authority, pseudonym: context.pseudonym, isUpgrade: upgrade !== undefined }
  return createExchange({
    context,
    connection,
    request,
    response,
    target,
    front,
    upgrade,
    hasBody: hasBody(headers),
    isGrpc: isGrpc(connection, request),
    headers: formatRequestHeaders(headers, outgoing),
    body: createKeptBody(headers.contentLength, context.limits.replayLimitBytes),
  })
}

function siteOf({ site }: ClientConnection, front: Front | undefined): Authority | undefined {
  return front ? front.site : site
}

/** Where it goes. In a tunnel both this and the right to use us were said when it was opened. Throws Refusal. */
function requireTarget(
  context: ProxyContext,
  site: Authority | undefined,
  headers: RequestHeaders,
  url: string,
): Target {
  if (site) return parseTargetAt(site, url)
  requireAuthorized(context, headers)
  return parseTarget(url)
}
