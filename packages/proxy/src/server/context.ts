import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Activity } from '../activity/activity.js'
import type { Log } from '../log.js'
import type { LoginLayer } from '../login/exchange.js'
import type { OwnPages } from '../own/own-pages.js'
import type { Upstream } from '../upstream/upstream.js'
import type { Admission } from './admission.js'
import type { ClientConnection } from './connection.js'
import type { TrustedDestinations } from './only-trusted.js'

export interface ProxyLimits {
  /** Bytes of a request body kept in case the request must be sent again. @default 1 MiB */
  readonly replayLimitBytes: number
  /** ms between the end of a client's sending and our giving up on it, unless it still takes bytes. @default 300 */
  readonly halfCloseGraceMs: number
  /** ms in which a URL is answered with one 307 at most, on one connection. @default 10_000 */
  readonly redirectPauseMs: number
  /** ms that requests in flight get when the proxy stops. @default 10_000 */
  readonly closeGraceMs: number
}

export const DEFAULT_LIMITS: ProxyLimits = {
  replayLimitBytes: 1024 * 1024,
  halfCloseGraceMs: 300,
  redirectPauseMs: 10_000,
  closeGraceMs: 10_000,
}

/** Somebody who remembers, for a person to look at. */
export type TrafficObserver = Pick<Activity, 'answered' | 'connected' | 'failed'>

/** The local authority, to be asked about hosts (names as in a URL). */
export interface Interception {
  /** Whether it may speak for this host. Never rejects. */
  covers(host: string): Promise<boolean>
  /** Key and certificate for a host it covers. */
  secureContextFor(host: string): Promise<SecureContext>
}

/** What every route of one proxy shares. */
export interface ProxyContext {
  readonly login: LoginLayer
  readonly upstream: Upstream
  readonly log: Log
  readonly observer: TrafficObserver
  readonly limits: ProxyLimits
  /** Our name in Via: the upstream's. */
  readonly pseudonym: string
  /** Checks a Proxy-Authorization value. @default everyone may come in */
  readonly isAuthorized: ((credentials: string | undefined) => boolean) | undefined
  /** What may be forwarded to. @default everything that the destination policy allows */
  readonly onlyTrusted: TrustedDestinations | undefined
  /** What we answer where we are meant ourselves. @default a static 421 */
  readonly ownPages: OwnPages | undefined
  /** The services whose tunnels we look into. @default undefined: none's */
  readonly trusted: TrustedDestinations | undefined
  /** What speaks TLS in a service's place. @default undefined: TLS is tunnelled */
  readonly interception: Interception | undefined
  /** Begins to find out whether a new connection may be used. */
  readonly admit: (client: Socket) => Admission
  /** Every client connection. */
  readonly clients: Map<Socket, ClientConnection>
  /** Both ends of every tunnel and upgraded connection. */
  readonly tunnels: Set<Socket>
}
