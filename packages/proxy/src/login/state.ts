import type { LoginMade } from '../activity/activity.js'
import type { KmsEncrypt } from '../aws/kms.js'
import type { CredentialSources } from '../credentials/choose.js'
import type { Log } from '../log.js'
import type { TrustList } from '../trust/list.js'
import type { AttemptBudget } from './budget.js'
import type { SendToOrigin } from './exchange.js'
import type { SingleFlight } from './flights.js'
import type { SeenVersion2 } from './seen-version2.js'
import type { ServiceSession, SessionJar } from './sessions.js'
import type { RefusalObserver, RefusalWords } from './tell-refusal.js'
import type { PersonAsked } from './while-asked.js'

/** Everything a login needs from outside. Nothing here is loaded or asked before a challenge has passed every check. */
export interface LoginDeps {
  readonly trust: TrustList
  readonly credentials: CredentialSources
  readonly encrypt: KmsEncrypt
  readonly send: SendToOrigin
  /** What a request gets where its login is not made: see `tell-refusal.ts`. */
  readonly refusals: RefusalWords
  /** What there is besides, where a login waits for a person. */
  readonly asked: PersonAsked
  readonly log: Log
  /** Told of every login made, and of every one refused. @default nobody */
  readonly observer?: RefusalObserver & { loggedIn(login: LoginMade): void }
  /** ms since 1970 */
  readonly now: () => number
  /** ms of a clock that never goes back */
  readonly monotonicMs: () => number
  readonly randomBytes: (size: number) => Uint8Array
  readonly userAgent: string
}

/** What a login ends with: a session, the original's redirect, or a challenge too old to answer. */
export type LoginResult =
  | { readonly kind: 'session'; readonly session: ServiceSession }
  | { readonly kind: 'redirect'; readonly rawHeaders: readonly string[] }
  | { readonly kind: 'stale' }

/** What the login layer remembers for the life of the proxy. */
export interface LoginState {
  readonly deps: LoginDeps
  readonly jar: SessionJar
  readonly budget: AttemptBudget
  readonly seenVersion2: SeenVersion2
  /** The last version-1 redirect of each origin: which page, and when (monotonic ms). As many as are trusted for version 1. */
  readonly lastRedirects: Map<string, { readonly path: string; readonly at: number }>
  readonly flights: SingleFlight<LoginResult>
}
