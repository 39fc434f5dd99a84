/** Why a challenge, a proof or a name was not accepted. Switch on these, never on a message. */
export type ProtocolErrorCode =
  | 'ERR_IAM_BASE64'
  | 'ERR_IAM_CHALLENGE_SYNTAX'
  | 'ERR_IAM_CHALLENGE_COUNT'
  | 'ERR_IAM_CHALLENGE_PARAMETER_TWICE'
  | 'ERR_IAM_CHALLENGE_HEADERS'
  | 'ERR_IAM_CHALLENGE_COOKIE'
  | 'ERR_IAM_CHALLENGE_ID'
  | 'ERR_IAM_REALM'
  | 'ERR_IAM_VERSION_LIST'
  | 'ERR_IAM_VERSION_NOT_ALLOWED'
  | 'ERR_IAM_PROOF_LIST'
  | 'ERR_IAM_EXPIRY'
  | 'ERR_IAM_STS_REGIONS'
  | 'ERR_IAM_AUTH_PATH'
  | 'ERR_IAM_ORIGIN'
  | 'ERR_IAM_KEY'
  | 'ERR_IAM_KEY_ACCOUNT'
  | 'ERR_IAM_KEY_PIN'
  | 'ERR_IAM_CONTEXT_ENCODING'
  | 'ERR_IAM_CONTEXT_SHAPE'
  | 'ERR_IAM_CONTEXT_CONTENT'
  | 'ERR_IAM_PRINCIPAL_ARN'
  | 'ERR_IAM_DATE'
  | 'ERR_IAM_PROOF_SCHEMA'
  | 'ERR_IAM_LOGIN_SCHEMA'
  | 'ERR_IAM_SESSION_TOKEN_SCHEMA'

/** What was received does not follow PROTOCOL.md. The message is for logs; `code` says which rule. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'

  constructor(
    readonly code: ProtocolErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
