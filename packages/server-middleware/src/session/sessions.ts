import { formatBase64Url } from 'iam-auth-protocol'
import type { Deps } from '../deps.js'
import { type CallerIdentity, type IamIdentity, toIdentity } from '../identity.js'
import type { IamAuthConfig } from '../options/config.js'
import { matchesArn } from '../policy/arn-pattern.js'
import { mayComeIn } from '../policy/may-come-in.js'
import type { Store } from '../stores/store.js'
import { findSignedPair } from './cookie-pair.js'
import { createSessionCookie } from './session-cookie.js'
import { formatSessionPayload, parseSessionPayload, type SessionPayload } from './session-payload.js'

/** The sessions this service issues: a signed cookie each, and a list of those that were ended early. */
export interface Sessions {
  /** Who this caller is for as long as a session from now lives. @throws ProtocolError ERR_IAM_PRINCIPAL_ARN */
  identify(caller: CallerIdentity): IamIdentity
  /** `Set-Cookie` lines of a new session. */
  issue(identity: IamIdentity, origin: string): string[]
  /** The identity of a session in force at this origin. Asks nothing of AWS. @throws what the store throws */
  read(cookieHeader: string | undefined, origin: string): Promise<IamIdentity | undefined>
  /** Refuses this session from now on, on every instance. @throws what the store throws */
  revoke(identity: IamIdentity): Promise<void>
  /** `Set-Cookie` lines that take the cookie away. */
  remove(): string[]
}

/** A session whose signature has been verified, and whom it stands for. */
interface Opened {
  readonly payload: SessionPayload
  readonly identity: IamIdentity
}

const CACHED_SESSIONS = 1000
const FUTURE_SECONDS = 60

export function createSessions(config: IamAuthConfig, { now, randomBytes }: Deps, store: Store): Sessions {
  const cookie = createSessionCookie({
    keys: config.keys.map(({ sessionKey }) => sessionKey),
    secure: config.origin?.startsWith('https:') === true,
    maxAgeSeconds: config.sessionSeconds,
  })
  const opened = new Map<string, Opened>()
  const nowSeconds = () => Math.floor(now() / 1000)

  const identify = (caller: Pick<CallerIdentity, 'arn' | 'userId'>, sid: string, expSeconds: number) =>
    toIdentity(
      caller,
      ({ canonicalArn }) => config.trustedSessionNameRoles.some((pattern) => matchesArn(pattern, canonicalArn)),
      { sid, expiresAt: expSeconds * 1000 },
    )

  const open = (value: string, signature: string): Opened | undefined => {
    const payload = parseSessionPayload(cookie.open(value, signature))
    if (payload === undefined) return undefined
    const identity = identify(payload, payload.sid, payload.expSeconds)
    return mayComeIn(identity, config.allow) ? { payload, identity } : undefined
  }

  const openCached = (value: string, signature: string): Opened | undefined => {
    const name = `${value}.${signature}`
    const session = opened.get(name) ?? open(value, signature)
    if (session === undefined) return undefined
    opened.delete(name) // so that the Map is in the order of last use
    opened.set(name, session)
    if (opened.size > CACHED_SESSIONS) opened.delete(opened.keys().next().value ?? '')
    return session
  }

  const isInForce = ({ iatSeconds, expSeconds, origin }: SessionPayload, requestOrigin: string) =>
    origin === requestOrigin &&
    nowSeconds() < expSeconds &&
    expSeconds <= iatSeconds + config.sessionSeconds &&
    iatSeconds <= nowSeconds() + FUTURE_SECONDS &&
    iatSeconds >= config.sessionsNotBefore

  return {
    identify: (caller) => identify(caller, formatBase64Url(randomBytes(16)), nowSeconds() + config.sessionSeconds),
    issue({ arn, uniqueId, sid, expiresAt }, origin) {
      const expSeconds = expiresAt / 1000
      const iatSeconds = expSeconds - config.sessionSeconds
      return cookie.seal(formatSessionPayload({ origin, sid, iatSeconds, expSeconds, arn, userId: uniqueId }))
    },
    async read(cookieHeader, origin) {
      const pair = cookieHeader === undefined ? undefined : findSignedPair(cookieHeader, cookie.name)
      const session = pair === undefined ? undefined : openCached(pair.value, pair.signature)
      if (session === undefined || !isInForce(session.payload, origin)) return undefined
      const isRevoked = store.used(revocationId(session.identity.sid))
      return (typeof isRevoked === 'boolean' ? isRevoked : await isRevoked) ? undefined : session.identity
    },
    async revoke({ sid, expiresAt }) {
      await store.consume(revocationId(sid), expiresAt / 1000)
    },
    remove: () => cookie.remove(),
  }
}

function revocationId(sid: string): string {
  return `session:${sid}`
}
