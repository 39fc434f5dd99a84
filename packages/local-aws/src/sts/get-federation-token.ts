import { AwsError } from '../aws-error.js'
import type { Credential } from '../iam/principal.js'
import { federatedPrincipal } from '../world/world.js'
import type { StsResult } from './format.js'
import { readDuration, requireNoneOf, requireText, type StsParams } from './params.js'
import { formatCredentials, issueCredential, type StsDeps } from './session.js'
import { formatPackedPolicySize, readSessionPolicy } from './session-policy.js'

/**
 * Credentials of a federated user, whose name the caller chooses. Without a policy they may do nothing that a resource policy does
 * not grant them by name.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
 *
 * Throws `AccessDenied`, `ValidationError`, `MalformedPolicyDocument`.
 */
export function getFederationToken(params: StsParams, caller: Credential, deps: StsDeps): StsResult {
  if (caller.origin !== 'long-term')
    throw new AwsError('AccessDenied', 'Cannot call GetFederationToken with session credentials', 403)
  const name = requireText(params, 'Name', { min: 2, max: 32, pattern: /^[\w+=,.@-]*$/ })
  const durationSeconds = readDuration(params, { min: 900, max: 129_600, default: 43_200 })
  const sessionPolicy = readSessionPolicy(params)
  requireNoneOf(params, ['PolicyArns', 'Tags'])
  const account = deps.world.accounts.get(caller.principal.accountId)
  const user = account?.users.get(caller.principal.userName ?? '')
  if (!account || !user) throw new AwsError('AccessDenied', 'GetFederationToken by the root user is not modelled', 403)
  const whole = federatedPrincipal(user, account.partition, name)
  const principal = sessionPolicy ? whole : { ...whole, policies: [] }
  const grant = { principal, origin: 'federation-token', durationSeconds, mfaPresent: false, sessionPolicy } as const
  return {
    Credentials: formatCredentials(issueCredential(deps, grant)),
    FederatedUser: { FederatedUserId: principal.userId, Arn: principal.arn },
    PackedPolicySize: formatPackedPolicySize(params),
  }
}
