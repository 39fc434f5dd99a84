import type { Principal } from 'iam-auth-protocol'
import { type CallerIdentity, type IamIdentity, type SessionFacts, toIdentity } from '../identity.js'
import type { IamAuthConfig } from '../options/config.js'
import { matchesArn } from '../policy/arn-pattern.js'
import { mayComeIn } from '../policy/may-come-in.js'
import type { SignedPair } from './cookie-pair.js'
import type { SessionCookie } from './session-cookie.js'
import { parseSessionPayload, type SessionPayload } from './session-payload.js'

/** A session whose signature has been verified, and whom it stands for. Whether it is in force is another question. */
export interface OpenedSession {
  readonly payload: SessionPayload
  readonly identity: IamIdentity
}

const CACHED_SESSIONS = 5000

/**
 * Verifies the cookie of a session. The last ones are remembered by value and signature: cookie-session takes some
 * 100 µs of CPU for each, a look-up less than one.
 */
export function createSessionOpener(config: IamAuthConfig, cookie: SessionCookie) {
  const opened = new Map<string, OpenedSession>()
  return ({ value, signature }: SignedPair): OpenedSession | undefined => {
    const name = `${value}.${signature}`
    const session = opened.get(name) ?? open({ value, signature }, config, cookie)
    if (session === undefined) return undefined
    opened.delete(name) // so that the Map is in the order of last use
    opened.set(name, session)
    if (opened.size > CACHED_SESSIONS) opened.delete(opened.keys().next().value ?? '')
    return session
  }
}

/** base64 and base64url, as they were written: cookie-session would take quotation marks off. */
const WRITTEN = /^[\w+/=-]+$/

/** Undefined also where today's rules do not admit whom yesterday's did. */
function open(
  { value, signature }: SignedPair,
  config: IamAuthConfig,
  cookie: SessionCookie,
): OpenedSession | undefined {
  if (!WRITTEN.test(value) || !WRITTEN.test(signature)) return undefined
  const payload = parseSessionPayload(cookie.open(value, signature))
  if (payload === undefined) return undefined
  const { sid, expSeconds } = payload
  const identity = identify(payload, { sid, expiresAt: expSeconds * 1000 }, config)
  return mayComeIn(identity, config.allow) ? { payload, identity } : undefined
}

/** @throws ProtocolError ERR_IAM_PRINCIPAL_ARN */
export function identify(
  caller: Pick<CallerIdentity, 'arn' | 'userId'>,
  facts: SessionFacts,
  { trustedSessionNameRoles }: Pick<IamAuthConfig, 'trustedSessionNameRoles'>,
): IamIdentity {
  const trustsSessionName = ({ canonicalArn }: Principal) =>
    trustedSessionNameRoles.some((pattern) => matchesArn(pattern, canonicalArn))
  return toIdentity(caller, trustsSessionName, facts)
}
