/**
 * The seam between the data path (src/server) and the login layer (src/login): what one is told, what it answers.
 *
 * Raw headers are Node's flat form: `[name, value, name, value, …]`, names in the case they arrived in.
 */

/** A request whose answer was a 401 that carries an IAM challenge. */
export interface ChallengedExchange {
  /** Origin of the URL actually fetched, serialised as RFC 6454 §6.2: `http://wiki.example.com:8080`. */
  readonly origin: string
  readonly method: string
  /** Path and query exactly as received, beginning with `/`. */
  readonly path: string
  /** The client's own headers, as received. */
  readonly requestRawHeaders: readonly string[]
  /** The headers of the 401, as received from the service. */
  readonly responseRawHeaders: readonly string[]
  /** When the proxy took the request, in ms of the monotonic clock (`performance.now()`). */
  readonly startedAt: number
  /** 0 for the first 401 of this request, 1 for the 401 to its first replay, and so on. */
  readonly attempt: number
  /** What the replay was sent with whose 401 this is; undefined for the first 401 of a request. */
  readonly replayedWith: ReplaySource | undefined
  /** The method and body of the request can be sent again (no body, or all of it was kept). */
  readonly replayable: boolean
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal
  /** How this client reaches our own pages: `http://127.0.0.1:8080`. Undefined where there are none. */
  readonly ownOrigin?: string | undefined
  /** Where the client sees the site, if that is not its origin: at a gateway. */
  readonly seenOrigin?: string | undefined
}

/** Where the cookies of a replay come from: a session kept from before, a login just made, or the client alone. */
export type ReplaySource = 'kept-session' | 'login' | 'nothing-new'

/** What becomes of a challenged request. */
export type ChallengeAnswer =
  /** The client gets the service's 401 untouched, and these fields (flat) where the service sends none of that name. */
  | { readonly kind: 'pass'; readonly defaultHeaders?: readonly string[] }
  /** The client gets this answer of ours instead (a page, or a redirect). */
  | {
      readonly kind: 'respond'
      readonly status: number
      readonly rawHeaders: readonly string[]
      readonly body: string
    }
  /**
   * The request is sent again with `cookie` as its only Cookie header; the client gets `setCookieLines` before the
   * replayed answer's own. Where the request cannot be sent again it gets a 307 to the same URL with those lines.
   */
  | {
      readonly kind: 'replay'
      readonly source: ReplaySource
      /** Empty: no Cookie header. */
      readonly cookie: string
      readonly setCookieLines: readonly string[]
      /** Flat: fields that the client gets with the replayed answer where the service sends none of that name. */
      readonly defaultHeaders: readonly string[]
    }

export interface LoginLayer {
  /** Never rejects: a login that fails ends as `pass` or `respond`. */
  answer(exchange: ChallengedExchange): Promise<ChallengeAnswer>
}

/** A small request of the login layer's own to a service, over the same pooled connections as the clients' requests. */
export interface OriginRequest {
  readonly origin: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Flat; must hold Host. Content-Length is added for a body. */
  readonly rawHeaders: readonly string[]
  readonly body?: string
  readonly signal: AbortSignal
  /** ms until the answer must be complete. */
  readonly timeoutMs: number
}

export interface OriginResponse {
  readonly status: number
  readonly rawHeaders: readonly string[]
  /** At most 64 KiB; the rest is cut off and the connection closed. */
  readonly body: string
}

/** Rejects with the socket's error, or with an AbortError. Follows no redirect. */
export type SendToOrigin = (request: OriginRequest) => Promise<OriginResponse>
