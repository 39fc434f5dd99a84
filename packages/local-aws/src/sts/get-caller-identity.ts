import type { Credential } from '../iam/principal.js'
import type { StsResult } from './format.js'

/**
 * Who signed this request. Needs no permission, and no policy can deny it.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export function getCallerIdentity({ principal }: Credential): StsResult {
  return { Arn: principal.arn, UserId: principal.userId, Account: principal.accountId }
}
