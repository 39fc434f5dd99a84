import { LoginRefusal, type RefusalCode } from '../login/refusal.js'

interface Explanation {
  readonly code: RefusalCode
  readonly message: string
  readonly hint: string
}

const EXPIRED: Explanation = {
  code: 'ERR_IAM_CREDENTIALS_EXPIRED',
  message: 'Your AWS credentials have expired.',
  hint: 'Sign in again (for example: `aws sso login`), then reload.',
}
const INVALID: Explanation = {
  code: 'ERR_IAM_CREDENTIALS_INVALID',
  message: 'AWS does not know these credentials.',
  hint: 'Check which ones are in use with: `aws sts get-caller-identity`',
}
const UNAVAILABLE: Explanation = {
  code: 'ERR_IAM_AWS_UNAVAILABLE',
  message: 'AWS cannot be reached, or asks to slow down.',
  hint: 'Try again in a moment. If it goes on, check the network, and `AWS_ENDPOINT_URL` if it is set.',
}
const NO_CREDENTIALS: Explanation = {
  code: 'ERR_IAM_NO_CREDENTIALS',
  message: 'No AWS credentials were found.',
  hint: 'Run `aws configure` or `aws sso login`, or start the proxy with `--profile NAME`.',
}
const CLOCK: Explanation = {
  code: 'ERR_IAM_CLOCK_SKEW',
  message: 'The clock of this machine differs from AWS by minutes.',
  hint: 'Set the clock (for example: `sudo timedatectl set-ntp true`), then reload.',
}

/** AWS's error names (`error.name` of the SDK) and what they mean to a person. */
const BY_NAME: Readonly<Record<string, Explanation>> = {
  ExpiredToken: EXPIRED,
  ExpiredTokenException: EXPIRED,
  TokenRefreshRequired: EXPIRED,
  InvalidClientTokenId: INVALID,
  UnrecognizedClientException: INVALID,
  InvalidSignatureException: INVALID,
  SignatureDoesNotMatch: INVALID,
  IncompleteSignature: INVALID,
  AuthFailure: INVALID,
  RequestExpired: CLOCK,
  RequestTimeTooSkewed: CLOCK,
  CredentialsProviderError: NO_CREDENTIALS,
  ThrottlingException: UNAVAILABLE,
  Throttling: UNAVAILABLE,
  TooManyRequestsException: UNAVAILABLE,
  RequestLimitExceeded: UNAVAILABLE,
  LimitExceededException: UNAVAILABLE,
  DependencyTimeoutException: UNAVAILABLE,
  KMSInternalException: UNAVAILABLE,
  ServiceUnavailable: UNAVAILABLE,
  InternalFailure: UNAVAILABLE,
  TimeoutError: UNAVAILABLE,
  AbortError: UNAVAILABLE,
}

/**
 * What an error of the SDK means. The one place where AWS's errors are wrapped.
 *
 * @param action what was asked, for the message of an error we have no words for: `sts:GetCallerIdentity`
 */
export function explainAwsError(cause: unknown, action: string): LoginRefusal {
  if (cause instanceof LoginRefusal) return cause
  const error = cause as { name?: string; code?: string; message?: string; $metadata?: { httpStatusCode?: number } }
  const explanation = explainClock(error) ?? explainToken(error) ?? BY_NAME[error.name ?? ''] ?? explainOutage(error)
  if (explanation !== undefined)
    return new LoginRefusal(explanation.code, explanation.message, { ...explanation, cause })
  // The name comes from the answer, and a page shows it.
  const name = /^[A-Za-z0-9.]{1,64}$/.test(error.name ?? '') ? error.name : 'an unknown error'
  return new LoginRefusal('ERR_IAM_AWS_REFUSED', `AWS refused ${action}: ${name}.`, {
    hint: 'The log of the proxy has the details.',
    cause,
  })
}

/** SigV4 says so in words only: "Signature expired: … is now earlier than …", "Signature not yet current: …". */
function explainClock(error: { message?: string }): Explanation | undefined {
  return /signature (?:expired|not yet current)/i.test(error.message ?? '') ? CLOCK : undefined
}

/** SSO's expired token comes as a CredentialsProviderError with words. */
function explainToken(error: { name?: string; message?: string }): Explanation | undefined {
  const expired = error.name === 'CredentialsProviderError' && /expired|refresh/i.test(error.message ?? '')
  return expired ? EXPIRED : undefined
}

function explainOutage(error: { code?: string; $metadata?: { httpStatusCode?: number } }): Explanation | undefined {
  const status = error.$metadata?.httpStatusCode
  const network = /^(?:E(?!RR_)[A-Z_]+|UND_ERR_[A-Z_]+)$/.test(error.code ?? '')
  return network || status === 429 || (status !== undefined && status >= 500) ? UNAVAILABLE : undefined
}
