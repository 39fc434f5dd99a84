import type { Credential, CredentialOrigin, Principal } from '../iam/principal.js'
import { createSecretAccessKey, createSessionToken, createUniqueId } from '../iam/unique-ids.js'
import type { PolicyDocument } from '../policy/document.js'
import type { World } from '../world/world.js'

/** What the operations of STS need of the rest. */
export interface StsDeps {
  readonly world: World
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly sessionTokenLength: number
}

/** What a session is issued for. */
export interface SessionGrant {
  readonly principal: Principal
  readonly origin: Exclude<CredentialOrigin, 'long-term'>
  readonly durationSeconds: number
  readonly mfaPresent: boolean
  readonly sessionPolicy?: PolicyDocument | undefined
}

/** A session's credential: what every temporary credential has is not optional here. */
export interface SessionCredential extends Credential {
  readonly sessionToken: string
  readonly expiresAt: number
}

/** Makes temporary credentials and remembers them. They expire on a whole second, as AWS writes it. */
export function issueCredential(deps: StsDeps, grant: SessionGrant): SessionCredential {
  const { principal, origin, mfaPresent, sessionPolicy } = grant
  const credential: SessionCredential = {
    accessKeyId: createUniqueId('ASIA'),
    secretAccessKey: createSecretAccessKey(),
    sessionToken: createSessionToken(deps.sessionTokenLength),
    expiresAt: Math.floor(deps.now() / 1000 + grant.durationSeconds) * 1000,
    origin,
    principal,
    mfaPresent,
    ...(sessionPolicy && { sessionPolicy }),
    isActive: () => true,
  }
  deps.world.credentials.set(credential.accessKeyId, credential)
  return credential
}

/** The `Credentials` of an answer. */
export function formatCredentials(credential: SessionCredential): Record<string, string | Date> {
  return {
    AccessKeyId: credential.accessKeyId,
    SecretAccessKey: credential.secretAccessKey,
    SessionToken: credential.sessionToken,
    Expiration: new Date(credential.expiresAt),
  }
}
