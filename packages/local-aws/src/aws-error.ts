/** The services this server answers for. */
export type ServiceName = 'sts' | 'kms'

/**
 * An answer that AWS gives as an error. The code, the status and the message are AWS's own; the service's protocol decides how
 * they look on the wire (XML, or JSON with `__type`).
 */
export class AwsError extends Error {
  override readonly name = 'AwsError'

  constructor(
    readonly code: string,
    message: string,
    readonly status: number = 400,
  ) {
    super(message)
  }
}

/** Why a request was not taken for its sender's: each service has its own code and status for it. */
export type AuthFailure = 'missing' | 'incomplete' | 'signature' | 'unknownKey' | 'expiredToken'

// https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html (query protocol: 403 but for a malformed header) and
// https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html (JSON 1.1: always 400 on the wire).
const authCodes: Record<AuthFailure, Record<ServiceName, readonly [code: string, status: number]>> = {
  missing: { sts: ['MissingAuthenticationToken', 403], kms: ['MissingAuthenticationTokenException', 400] },
  incomplete: { sts: ['IncompleteSignature', 400], kms: ['IncompleteSignatureException', 400] },
  signature: { sts: ['SignatureDoesNotMatch', 403], kms: ['InvalidSignatureException', 400] },
  unknownKey: { sts: ['InvalidClientTokenId', 403], kms: ['UnrecognizedClientException', 400] },
  expiredToken: { sts: ['ExpiredToken', 403], kms: ['ExpiredTokenException', 400] },
}

/** The error that `service` answers when a request fails authentication for this reason. */
export function authError(service: ServiceName, failure: AuthFailure, message: string): AwsError {
  const [code, status] = authCodes[failure][service]
  return new AwsError(code, message, status)
}
