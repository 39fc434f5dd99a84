import { isOrigin } from 'iam-auth-protocol'

/** What the session's cookie holds, inside its signature. */
export interface SessionPayload {
  /** Where it is valid: the cookie of another port of the same host arrives here too. */
  readonly origin: string
  readonly sid: string
  readonly iatSeconds: number
  readonly expSeconds: number
  readonly arn: string
  readonly userId: string
}

export function formatSessionPayload(payload: SessionPayload): Readonly<Record<string, unknown>> {
  const { origin, sid, iatSeconds, expSeconds, arn, userId } = payload
  return { v: 1, org: origin, sid, iat: iatSeconds, exp: expSeconds, arn, uid: userId }
}

/** Undefined for what this version of the middleware did not write. */
export function parseSessionPayload(value: Readonly<Record<string, unknown>> | undefined): SessionPayload | undefined {
  if (value === undefined || value['v'] !== 1) return undefined
  const { org: origin, sid, iat: iatSeconds, exp: expSeconds, arn, uid: userId } = value
  if (typeof origin !== 'string' || !isOrigin(origin) || typeof sid !== 'string') return undefined
  if (!Number.isInteger(iatSeconds) || !Number.isInteger(expSeconds)) return undefined
  if (typeof arn !== 'string' || typeof userId !== 'string') return undefined
  return { origin, sid, iatSeconds: iatSeconds as number, expSeconds: expSeconds as number, arn, userId }
}
