import type { Sts } from '../aws/sts.js'
import { LoginRefusal } from '../login/refusal.js'
import type { WithMfaCode } from './mfa.js'
import type { CredentialSource } from './source.js'

export interface SessionTokenOptions {
  readonly sts: Sts
  readonly base: CredentialSource
  readonly region: string
  /** 900 to 129,600 (STS API reference, GetSessionToken). */
  readonly durationSeconds: number
  readonly withMfaCode: WithMfaCode
}

/**
 * GetSessionToken with an IAM user's long-lived keys: the proof of version 1, and how `--mfa-serial-number` makes the
 * session that policies with `aws:MultiFactorAuthPresent` want. STS refuses it to temporary credentials, so we do.
 */
export function sessionToken(options: SessionTokenOptions): CredentialSource {
  const { sts, base, region, durationSeconds, withMfaCode } = options
  return async () => {
    const credentials = await base()
    if (credentials.sessionToken !== undefined) throw temporaryCredentials(credentials.origin)
    return withMfaCode((mfa) => sts.getSessionToken(credentials, region, { durationSeconds, mfa }))
  }
}

function temporaryCredentials(origin: string): LoginRefusal {
  return new LoginRefusal(
    'ERR_IAM_CREDENTIALS_TEMPORARY',
    `GetSessionToken needs the long-lived keys of an IAM user; the credentials of ${origin} are temporary.`,
    { hint: 'Roles, SSO and SAML work with services that offer version 2: ask the people who run this one.' },
  )
}
