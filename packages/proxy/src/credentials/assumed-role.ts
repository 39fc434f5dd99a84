import type { Sts } from '../aws/sts.js'
import type { WithMfaCode } from './mfa.js'
import type { CredentialSource } from './source.js'

export interface AssumedRoleOptions {
  readonly sts: Sts
  readonly base: CredentialSource
  readonly region: string
  readonly roleArn: string
  readonly sessionName: string
  readonly externalId: string | undefined
  readonly withMfaCode: WithMfaCode
}

/** AssumeRole with the base credentials: `--assume-role-arn`. */
export function assumedRole(options: AssumedRoleOptions): CredentialSource {
  const { sts, base, region, roleArn, sessionName, externalId, withMfaCode } = options
  return async () => {
    const credentials = await base()
    return withMfaCode((mfa) => sts.assumeRole(credentials, region, { roleArn, sessionName, externalId, mfa }))
  }
}
