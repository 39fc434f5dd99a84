import type { PolicyDocument } from '../policy/document.js'

/** Who a key speaks for. */
export interface Principal {
  readonly kind: 'user' | 'role' | 'federated-user' | 'root'
  readonly accountId: string
  readonly partition: string
  /** What GetCallerIdentity answers; for a role session it ends in the session name. */
  readonly arn: string
  /** `AIDA…`, `AROA…:session`, `account:name` of a federated user, or the account id of the root user. */
  readonly userId: string
  /** The user's name, where there is one: `aws:username` in policies. */
  readonly userName?: string
  /** `aws:PrincipalArn`: the user's ARN, or the role's (with its path), not the session's. */
  readonly principalArn: string
  /** The ARNs by which a resource policy can name this principal. */
  readonly names: readonly string[]
  /** The identity policies, read at every request: change them and the next request sees it. */
  readonly policies: readonly PolicyDocument[]
}

/** How a key came to be, which decides what it may ask of STS. */
export type CredentialOrigin = 'long-term' | 'session-token' | 'role' | 'federation-token'

/** A key that can sign requests. */
export interface Credential {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly origin: CredentialOrigin
  readonly principal: Principal
  /** Temporary credentials only: must come with every request. */
  readonly sessionToken?: string
  /** Temporary credentials only: milliseconds since 1970. */
  readonly expiresAt?: number
  /** Temporary credentials only: `aws:MultiFactorAuthPresent`. */
  readonly mfaPresent?: boolean
  /** Limits the identity policies of this session. */
  readonly sessionPolicy?: PolicyDocument
  /** False for a deactivated key. */
  readonly isActive: () => boolean
}

/** The condition keys that describe who asks, in lower case. Long-term keys have no `aws:MultiFactorAuthPresent`, as on AWS. */
export function principalContext({ principal, mfaPresent }: Credential): Map<string, string> {
  const context = new Map([
    ['aws:principalarn', principal.principalArn],
    ['aws:principalaccount', principal.accountId],
    ['aws:userid', principal.userId],
  ])
  if (principal.userName !== undefined) context.set('aws:username', principal.userName)
  if (mfaPresent !== undefined) context.set('aws:multifactorauthpresent', String(mfaPresent))
  return context
}
