import type { Socket } from 'node:net'
import type { Front } from '../gateway/front.js'
import type { ReplaySource } from '../login/exchange.js'
import type { UpstreamAnswer, UpstreamRequest } from '../upstream/message.js'
import type { RequestWay } from '../upstream/way.js'
import type { ClientAnswer, ClientMessage } from './client-message.js'
import type { ClientConnection } from './connection.js'
import type { ProxyContext } from './context.js'
import type { KeptBody } from './kept-body.js'
import type { Target } from './target.js'

/** One request of a client, from its headers to the last byte of its answer. */
export interface Exchange {
  readonly context: ProxyContext
  readonly connection: ClientConnection
  readonly request: ClientMessage
  readonly response: ClientAnswer
  readonly target: Target
  /** Where the client sees the site, if not at its own address. */
  readonly front: Front | undefined
  /** The bare client socket, where the client asked to leave HTTP. */
  readonly upgrade: ClientUpgrade | undefined
  readonly hasBody: boolean
  /** A call that needs HTTP/2 all the way, and whose two sides may wait for each other. */
  readonly isGrpc: boolean
  /** ms of the monotonic clock. */
  readonly startedAt: number
  /** Flat, for the service. Replaced for a replay. */
  headers: readonly string[]
  readonly body: KeptBody
  /** The request in flight to the service: a replay or a retry replaces it, and what the former still says is ignored. */
  upstream: UpstreamRequest | undefined
  /** The connections of `upstream`. */
  way: RequestWay | undefined
  /** The service's answer has begun. */
  answer: UpstreamAnswer | undefined
  /** A pooled connection turned out dead once. */
  isRetried: boolean
  /** Challenges answered so far. */
  attempt: number
  /** What this request was last replayed with. */
  replayedWith: ReplaySource | undefined
  setCookieLines: readonly string[]
  /** Flat: fields of the answer that the service's own of that name replace. */
  defaultHeaders: readonly string[]
  /** A challenge is being answered: the upload is kept, and no longer passed on. */
  isChallenged: boolean
  /** Aborts a login in progress when the client goes away. */
  loginAbort: AbortController | undefined
  isDone: boolean
}

export interface ClientUpgrade {
  readonly socket: Socket
  /** What the client sent after its request. */
  readonly earlyBytes: () => Buffer[]
}

type Given =
  | 'context'
  | 'connection'
  | 'request'
  | 'response'
  | 'target'
  | 'front'
  | 'upgrade'
  | 'hasBody'
  | 'isGrpc'
  | 'headers'
  | 'body'

const NONE: readonly string[] = []

/** The state of a request that has passed its checks, noted with its connection. */
export function createExchange(given: Pick<Exchange, Given>): Exchange {
  // Every member by name: V8 makes `{ ...given, … }` of this size a dictionary, which took 50 µs of each request.
  const exchange: Exchange = {
    context: given.context,
    connection: given.connection,
    request: given.request,
    response: given.response,
    target: given.target,
    front: given.front,
    upgrade: given.upgrade,
    hasBody: given.hasBody,
    isGrpc: given.isGrpc,
    headers: given.headers,
    body: given.body,
    startedAt: performance.now(),
    upstream: undefined,
    way: undefined,
    answer: undefined,
    isRetried: false,
    attempt: 0,
    replayedWith: undefined,
    setCookieLines: NONE,
    defaultHeaders: NONE,
    isChallenged: false,
    loginAbort: undefined,
    isDone: false,
  }
  exchange.connection.exchanges.add(exchange)
  return exchange
}

/** A flat header list for the client, which names places as the client sees them. */
export function headersForClient({ front }: Exchange, flat: readonly string[]): readonly string[] {
  return front ? front.toBrowser(flat) : flat
}

/** The last byte is on its way to the client: nothing of this exchange matters any more. */
export function finishExchange(exchange: Exchange): void {
  exchange.isDone = true
  exchange.connection.exchanges.delete(exchange)
  const { upstream, request } = exchange
  // An answer before the end of the upload: the rest is read and dropped, or the client would see a reset, not the answer.
  if (upstream && !upstream.writableFinished) upstream.destroy()
  if (!request.complete) request.resume()
}

/** The client is gone: so is everything that was done for it. */
export function abandonExchange(exchange: Exchange): void {
  if (exchange.isDone) return
  exchange.isDone = true
  exchange.connection.exchanges.delete(exchange)
  exchange.loginAbort?.abort()
  exchange.upstream?.destroy()
}
