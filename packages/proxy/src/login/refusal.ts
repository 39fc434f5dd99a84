/** Why a login was not tried, or did not succeed. Protocol errors keep their own codes (`ProtocolErrorCode`). */
export type RefusalCode =
  | 'ERR_IAM_KEY_PIN'
  | 'ERR_IAM_PLAIN_HTTP'
  | 'ERR_IAM_AUTH_LOOP'
  | 'ERR_IAM_BUDGET'
  | 'ERR_IAM_REALM_MISMATCH'
  | 'ERR_IAM_NO_CREDENTIALS'
  | 'ERR_IAM_CREDENTIALS_EXPIRED'
  | 'ERR_IAM_CREDENTIALS_INVALID'
  | 'ERR_IAM_CREDENTIALS_TEMPORARY'
  | 'ERR_IAM_MFA'
  | 'ERR_IAM_CLOCK_SKEW'
  | 'ERR_IAM_ENCRYPT_DENIED'
  | 'ERR_IAM_TOKEN_TOO_LARGE'
  | 'ERR_IAM_AWS_UNAVAILABLE'
  | 'ERR_IAM_AWS_REFUSED'
  | 'ERR_IAM_SERVICE_REFUSED'
  | 'ERR_IAM_SERVICE_UNAVAILABLE'
  | 'ERR_IAM_TRUST_FILE'

/**
 * A login that ends here. `message` says what is wrong, `hint` what the person can do about it: what they type stands in
 * backticks, or after a newline as a block of its own.
 */
export class LoginRefusal extends Error {
  override readonly name = 'LoginRefusal'
  readonly hint: string

  constructor(
    readonly code: RefusalCode,
    message: string,
    { hint = '', cause }: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.hint = hint
  }
}
