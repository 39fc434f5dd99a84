import type { MfaCode, Sts } from '../aws/sts.js'
import type { CredentialSource } from './source.js'

export interface AssumedRoleOptions {
  readonly sts: Sts
  readonly base: CredentialSource
  readonly region: string
  readonly roleArn: string
  readonly sessionName: string
  readonly externalId: string | undefined
  /** The current code of the device, where one is configured. */
  readonly mfaCode: () => Promise<MfaCode | undefined>
}

/** AssumeRole with the base credentials: `--assume-role-arn`. */
export function assumedRole(options: AssumedRoleOptions): CredentialSource {
  const { sts, base, region, roleArn, sessionName, externalId, mfaCode } = options
  return async () => {
    const credentials = await base()
    return sts.assumeRole(credentials, region, { roleArn, sessionName, externalId, mfa: await mfaCode() })
  }
}
