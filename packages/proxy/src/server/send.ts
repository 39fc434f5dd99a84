import type { OutgoingRequest, UpstreamAnswer, UpstreamRequest } from '../upstream/message.js'
import type { RequestWay } from '../upstream/way.js'
import { wayFor } from './bound-connections.js'
import type { Exchange } from './exchange.js'
import { failExchange } from './fail.js'
import { relayInterim } from './interim.js'
import { Refusal } from './refusal.js'
import { replayKept } from './relay-request.js'
import { switchProtocols } from './switch-protocols.js'

export type ReceiveAnswer = (exchange: Exchange, answer: UpstreamAnswer) => void

/** us → service: sends the request, or sends it again with what `exchange` holds by then. */
export function sendToService(exchange: Exchange, receive: ReceiveAnswer): void {
  const upstream = createRequest(exchange)
  if (!upstream) return
  exchange.upstream = upstream
  exchange.answer = undefined
  const isCurrent = () => exchange.upstream === upstream && !exchange.isDone
  const { absoluteForm } = exchange.way ?? {}
  upstream.on('response', (answer) => {
    absoluteForm?.settle(upstream, answer)
    if (isCurrent()) receive(exchange, answer)
    else answer.resume()
  })
  upstream.on('error', (error) => {
    if (isCurrent()) onError(exchange, upstream, error, receive)
  })
  upstream.on('information', (interim) => {
    if (isCurrent()) relayInterim(exchange, interim)
  })
  upstream.on('upgrade', (answer, socket, head) => {
    if (isCurrent()) switchProtocols(exchange, answer, socket, head)
    else socket.destroy()
  })
  if (exchange.hasBody) replayKept(exchange, upstream)
  else upstream.end()
}

/** Fails the exchange with 400 for what Node cannot send: a character that the URL cannot have either. */
function createRequest(exchange: Exchange): UpstreamRequest | undefined {
  const way = wayFor(exchange)
  exchange.way = way
  try {
    // A connection that is about to leave HTTP is one of HTTP/1.1.
    if (way.http2 === undefined || exchange.upgrade || !way.http2.isFor(exchange.target.authority, exchange.isGrpc))
      return createHttp1Request(exchange, way)
    return way.http2.request(outgoingOf(exchange), () => createHttp1Request(exchange, way))
  } catch (error) {
    failExchange(exchange, new Refusal(400, `this request cannot be forwarded: ${(error as Error).message}`))
    return undefined
  }
}

function createHttp1Request(exchange: Exchange, { http1, absoluteForm }: RequestWay): UpstreamRequest {
  const { request, target, headers } = exchange
  const { method = 'GET', url } = request
  const { host, port } = target.authority
  const path = requestPath(method, url, target.path)
  if (!absoluteForm) return http1.request({ host, port, method, path, headers })
  const forHop = { path: absoluteForm.target(target.authority, path), headers: [...headers, ...absoluteForm.headers] }
  return http1.request({ host, port, method, ...forHop })
}

function outgoingOf({ request, target, headers, hasBody }: Exchange): OutgoingRequest {
  const { host, port } = target.authority
  const { method = 'GET', url } = request
  return { host, port, method, path: requestPath(method, url, target.path), headers, hasBody }
}

/** RFC 9112 §3.2.4: `OPTIONS http://host` without a path asks about the server as a whole. */
function requestPath(method: string | undefined, url: string | undefined, path: string): string {
  return method === 'OPTIONS' && path === '/' && !url?.endsWith('/') ? '*' : path
}

function onError(
  exchange: Exchange,
  upstream: UpstreamRequest,
  error: NodeJS.ErrnoException,
  receive: ReceiveAnswer,
): void {
  // With the answer under way, its own end says what became of it.
  if (exchange.answer) return
  if (!isRetried(exchange, upstream, error)) {
    failExchange(exchange, error)
    return
  }
  exchange.isRetried = true
  sendToService(exchange, receive)
}

/** True where the request can be sent again, once, without harm. */
function isRetried(exchange: Exchange, upstream: UpstreamRequest, error: NodeJS.ErrnoException): boolean {
  const { way, target, hasBody, body } = exchange
  if (exchange.isRetried || (hasBody && body.chunks === undefined)) return false
  // Neither has reached anybody.
  if (error.code === 'EREFUSEDSTREAM') return true
  if (way?.http2?.noteRefusal(target.authority, error)) return exchange.upgrade === undefined
  if (!isStaleConnection(exchange, upstream, error)) return false
  const { host, port } = target.authority
  way?.http1.dropIdle({ host, port })
  return true
}

/** RFC 9110 §9.2.2: these may be sent again when nobody knows whether they arrived. */
const IDEMPOTENT: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** The server closed a pooled connection while our request was on its way: no fault of the request. */
function isStaleConnection({ request }: Exchange, upstream: UpstreamRequest, { code }: NodeJS.ErrnoException): boolean {
  if (!upstream.reusedSocket || (code !== 'ECONNRESET' && code !== 'EPIPE')) return false
  return IDEMPOTENT.has(request.method)
}
