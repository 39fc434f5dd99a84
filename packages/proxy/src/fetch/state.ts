import type { ChallengedExchange, LoginLayer } from '../login/exchange.js'
import type { SessionJar } from '../login/sessions.js'
import type { RefusedLogin } from '../login/tell-refusal.js'
import type { TrustList } from '../trust/list.js'
import type { Clocks } from './kept-session.js'
import type { IamFetchError } from './refusal.js'
import type { IamFetchConfig } from './resolve-options.js'

/** What one `iamFetch` remembers, and what its calls share. */
export interface FetchState {
  readonly config: Pick<IamFetchConfig, 'onlyTrusted' | 'onRefusal' | 'timeoutMs'>
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly login: LoginLayer
  readonly jar: SessionJar
  readonly trust: TrustList
  readonly clocks: Clocks
  /** Why the login layer made no login for an exchange. */
  readonly reasons: WeakMap<ChallengedExchange, RefusedLogin>
  /** Why a 401 was handed out. */
  readonly refusals: WeakMap<Response, IamFetchError>
  /** Origins that have asked for a login. */
  readonly challenged: Set<string>
}
