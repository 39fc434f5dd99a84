import { formatBase64Url } from 'iam-auth-protocol'
import type { Deps } from '../deps.js'
import type { CallerIdentity, IamIdentity } from '../identity.js'
import type { IamAuthConfig } from '../options/config.js'
import type { Store } from '../stores/store.js'
import { findSignedPair } from './cookie-pair.js'
import { createSessionOpener, identify } from './open-session.js'
import { createSessionCookie } from './session-cookie.js'
import { formatSessionPayload, type SessionPayload } from './session-payload.js'

/** The sessions this service issues: a signed cookie each, and a list of those that were ended early. */
export interface Sessions {
  /** Who this caller is, for as long as a session from now lives. @throws ProtocolError ERR_IAM_PRINCIPAL_ARN */
  identify(caller: CallerIdentity): IamIdentity
  /** `Set-Cookie` lines of a new session. */
  issue(identity: IamIdentity, origin: string): string[]
  /**
   * The identity of a session in force at this origin. Asks nothing of AWS.
   *
   * @throws LoginRefusal ERR_IAM_STORE_UNAVAILABLE
   */
  read(cookieHeader: string | undefined, origin: string): Promise<IamIdentity | undefined>
  /** Refuses this session from now on, on every instance. @throws LoginRefusal ERR_IAM_STORE_UNAVAILABLE */
  revoke(identity: IamIdentity): Promise<void>
  /** `Set-Cookie` lines that take the cookie away. */
  remove(): string[]
}

export function createSessions(config: IamAuthConfig, deps: Pick<Deps, 'now' | 'randomBytes'>, store: Store): Sessions {
  const { sessionSeconds } = config
  const nowSeconds = () => Math.floor(deps.now() / 1000)
  const keys = config.keys.map(({ sessionKey }) => sessionKey)
  const secure = config.origin?.startsWith('https:') === true
  const cookie = createSessionCookie({ keys, secure, maxAgeSeconds: sessionSeconds })
  const open = createSessionOpener(config, cookie)
  return {
    identify(caller) {
      const expiresAt = (nowSeconds() + sessionSeconds) * 1000
      return identify(caller, { sid: formatBase64Url(deps.randomBytes(16)), expiresAt }, config)
    },
    issue({ arn, uniqueId: userId, sid, expiresAt }, origin) {
      const expSeconds = expiresAt / 1000
      const iatSeconds = expSeconds - sessionSeconds
      return cookie.seal(formatSessionPayload({ origin, sid, iatSeconds, expSeconds, arn, userId }))
    },
    async read(cookieHeader, origin) {
      const pair = cookieHeader === undefined ? undefined : findSignedPair(cookieHeader, cookie.name)
      const session = pair === undefined ? undefined : open(pair)
      if (session === undefined || session.payload.origin !== origin) return undefined
      if (!isInForce(session.payload, nowSeconds(), config)) return undefined
      return (await store.used(revocationId(session.identity))) ? undefined : session.identity
    },
    async revoke(identity) {
      await store.consume(revocationId(identity), identity.expiresAt / 1000)
    },
    remove: () => cookie.remove(),
  }
}

/** How far ahead another instance's clock may be. */
const FUTURE_SECONDS = 60

/** By this service's clock and options; the browser's own idea of when a cookie ends is of no account. */
function isInForce(payload: SessionPayload, nowSeconds: number, config: IamAuthConfig): boolean {
  const { iatSeconds, expSeconds } = payload
  if (iatSeconds > nowSeconds + FUTURE_SECONDS || iatSeconds < config.sessionsNotBefore) return false
  return nowSeconds < expSeconds && expSeconds <= iatSeconds + config.sessionSeconds
}

function revocationId({ sid }: IamIdentity): string {
  return `session:${sid}`
}
