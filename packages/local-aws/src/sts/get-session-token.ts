import { AwsError } from '../aws-error.js'
import type { Credential } from '../iam/principal.js'
import type { StsResult } from './format.js'
import { consumeMfa } from './mfa.js'
import { readDuration, type StsParams } from './params.js'
import { formatCredentials, issueCredential, type StsDeps } from './session.js'

/**
 * Temporary credentials of the calling user. Needs no permission; long-term keys only.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 *
 * Throws `AccessDenied`, `ValidationError`.
 */
export function getSessionToken(params: StsParams, caller: Credential, deps: StsDeps): StsResult {
  if (caller.origin !== 'long-term')
    throw new AwsError('AccessDenied', 'Cannot call GetSessionToken with session credentials', 403)
  const asked = readDuration(params, { min: 900, max: 129_600, default: 43_200 })
  // "If the duration is longer than one hour, the session for Amazon Web Services account owners defaults to one hour."
  const durationSeconds = caller.principal.kind === 'root' ? Math.min(asked, 3600) : asked
  const mfaPresent = consumeMfa(params, caller, deps)
  const { principal } = caller
  const credential = issueCredential(deps, { principal, origin: 'session-token', durationSeconds, mfaPresent })
  return { Credentials: formatCredentials(credential) }
}
