import type { AwsCredentials } from '../credentials/source.js'
import { describeClockOffset, HOW_TO_SET_CLOCK } from '../login/clock-offset.js'
import { LoginRefusal, type RefusalCode } from '../login/refusal.js'

interface Explanation {
  readonly code: RefusalCode
  readonly message: string
  readonly hint: string
}

const EXPIRED: Explanation = {
  code: 'ERR_IAM_CREDENTIALS_EXPIRED',
  message: 'Your AWS credentials have expired.',
  hint: 'Get new ones (with IAM Identity Center: `aws sso login`), then try again.',
}
const INVALID: Explanation = {
  code: 'ERR_IAM_CREDENTIALS_INVALID',
  message: 'AWS does not know these credentials: the key was deleted or switched off, or the secret is not its own.',
  hint: 'See which ones are in use with `aws sts get-caller-identity`, and put the right ones in their place.',
}
const UNAVAILABLE: Explanation = {
  code: 'ERR_IAM_AWS_UNAVAILABLE',
  message: 'AWS cannot be reached, or asks to slow down.',
  hint: 'Try again in a moment. If it goes on, check the network, and `AWS_ENDPOINT_URL` if it is set.',
}
const NO_CREDENTIALS: Explanation = {
  code: 'ERR_IAM_NO_CREDENTIALS',
  message: 'No AWS credentials were found.',
  hint: 'Name the profile that has them at the start of the proxy (`aws configure list-profiles` lists them), or get some with `aws configure sso` or `aws configure`:\niam-auth-proxy --profile NAME',
}
const CLOCK: Explanation = {
  code: 'ERR_IAM_CLOCK_SKEW',
  message: 'The clock of this machine differs from that of AWS by minutes.',
  hint: HOW_TO_SET_CLOCK,
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
 * @param used the credentials it was asked with
 */
export function explainAwsError(cause: unknown, action: string, used?: AwsCredentials): LoginRefusal {
  if (cause instanceof LoginRefusal) return cause
  const error = cause as { name?: string; code?: string; message?: string; $metadata?: { httpStatusCode?: number } }
  const explanation = explainClock(error) ?? explainToken(error) ?? BY_NAME[error.name ?? ''] ?? explainOutage(error)
  if (explanation === EXPIRED && used?.howToRenew !== undefined) {
    const message = `Your AWS credentials (${used.origin}) have expired.`
    return new LoginRefusal(EXPIRED.code, message, { hint: used.howToRenew, cause })
  }
  if (explanation !== undefined)
    return new LoginRefusal(explanation.code, explanation.message, { ...explanation, cause })
  // The name comes from the answer, and a page shows it.
  const name = /^[A-Za-z0-9.]{1,64}$/.test(error.name ?? '') ? error.name : 'an unknown error'
  return new LoginRefusal('ERR_IAM_AWS_REFUSED', `AWS refused ${action}: ${name}.`, {
    hint: 'The log of the proxy has the details.',
    cause,
  })
}

/** SigV4 says so in words only: "Signature expired: A is now earlier than B (C - 5 min.)", where A is ours and C is theirs. */
function explainClock({ message = '' }: { message?: string }): Explanation | undefined {
  if (!/signature (?:expired|not yet current)/i.test(message)) return undefined
  const [, ours, theirs] = /: (\d{8}T\d{6}Z) is .*\((\d{8}T\d{6}Z) [+-]/.exec(message) ?? []
  const offset = amzDate(ours) - amzDate(theirs)
  if (Number.isNaN(offset)) return CLOCK
  return { ...CLOCK, message: `The clock of this machine is ${describeClockOffset(offset)} that of AWS.` }
}

function amzDate(text = ''): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
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
