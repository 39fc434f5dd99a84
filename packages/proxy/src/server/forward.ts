import type { IncomingMessage, ServerResponse } from 'node:http'
import { requireAdmitted } from './admission.js'
import { receiveAnswer } from './answer.js'
import { connectionOf } from './connection.js'
import type { ProxyContext } from './context.js'
import { answerDirectly, isAskedDirectly } from './direct-request.js'
import type { ClientUpgrade, Exchange } from './exchange.js'
import { createExchange } from './exchange.js'
import { createKeptBody } from './kept-body.js'
import { answerAtLastHop, isLastHop } from './max-forwards.js'
import { requireTrustedOrigin } from './only-trusted.js'
import { formatRequestHeaders, hasBody } from './outgoing-headers.js'
import { answerOwnPage, isOwnTarget } from './own-page.js'
import { requireAuthorized } from './proxy-auth.js'
import { answerRefusal, Refusal } from './refusal.js'
import { relayRequestBody } from './relay-request.js'
import { requireForwardable, requireNoLoop } from './request-checks.js'
import { sortRequestHeaders } from './request-headers.js'
import { sendToService } from './send.js'
import { parseTarget } from './target.js'

/** client → us → service: a request in absolute form. */
export function forward(
  context: ProxyContext,
  request: IncomingMessage,
  response: ServerResponse,
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
    if (isAskedDirectly(request)) {
      answerDirectly(context, request, response)
      return
    }
    const exchange = openExchange(context, request, response, upgrade)
    if (!exchange) return
    relayRequestBody(exchange)
    sendToService(exchange, receiveAnswer)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    connection.isDistrusted = error.isAboutFraming
    answerRefusal(response, error)
  }
}

/** The checks, in order, and the state of the request; nothing if it ends here with an answer. Throws Refusal. */
function openExchange(
  context: ProxyContext,
  request: IncomingMessage,
  response: ServerResponse,
  upgrade: ClientUpgrade | undefined,
): Exchange | undefined {
  const { method = 'GET', httpVersion } = request
  const headers = sortRequestHeaders(request.rawHeaders)
  requireAuthorized(context, headers)
  const target = parseTarget(request.url ?? '')
  requireForwardable(headers, target, httpVersion)
  if (isOwnTarget(context, request, target)) {
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
  const outgoing = { method, httpVersion, authority, pseudonym: context.pseudonym, isUpgrade: upgrade !== undefined }
  return createExchange({
    context,
    connection: connectionOf(context, request.socket),
    request,
    response,
    target,
    upgrade,
    hasBody: hasBody(headers),
    headers: formatRequestHeaders(headers, outgoing),
    body: createKeptBody(headers.contentLength, context.limits.replayLimitBytes),
  })
}
