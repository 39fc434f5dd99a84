import { ProtocolError } from 'iam-auth-protocol'

interface Answer {
  readonly status: number
  /** The challenge has been used up by then, so the answer takes its cookie away. */
  readonly spent?: true
}

/** Every reason why a login ends, in the order in which the checks are made. */
const ANSWERS = {
  ERR_IAM_HOST: { status: 421 },
  ERR_IAM_METHOD: { status: 405 },
  ERR_IAM_CONTENT_TYPE: { status: 415 },
  ERR_IAM_BODY_SIZE: { status: 413 },
  ERR_IAM_BODY_CONSUMED: { status: 500 },
  ERR_IAM_BODY_ABORTED: { status: 400 },
  ERR_IAM_LOGIN_SCHEMA: { status: 400 },
  ERR_IAM_QUERY: { status: 400 },
  ERR_IAM_CROSS_SITE: { status: 403 },
  ERR_IAM_CHALLENGE_COOKIE: { status: 403 },
  ERR_IAM_CHALLENGE_MAC: { status: 403 },
  ERR_IAM_CHALLENGE_MISMATCH: { status: 403 },
  ERR_IAM_CHALLENGE_EXPIRED: { status: 403 },
  ERR_IAM_BOUNCED: { status: 403 },
  ERR_IAM_CONCURRENCY: { status: 429 },
  ERR_IAM_RATE_LIMIT: { status: 429 },
  ERR_IAM_TOTAL_RATE_LIMIT: { status: 429 },
  ERR_IAM_KEY_UNRESOLVED: { status: 503 },
  ERR_IAM_STORE_UNAVAILABLE: { status: 503 },
  ERR_IAM_CHALLENGE_USED: { status: 403, spent: true },
  ERR_IAM_KMS_REFUSED: { status: 403, spent: true },
  ERR_IAM_KMS_UNAVAILABLE: { status: 503, spent: true },
  ERR_IAM_KMS_KEY: { status: 403, spent: true },
  ERR_IAM_DATA_KEY: { status: 403, spent: true },
  ERR_IAM_SEAL: { status: 403, spent: true },
  ERR_IAM_PROOF_SCHEMA: { status: 403, spent: true },
  ERR_IAM_STS_REGION: { status: 403, spent: true },
  ERR_IAM_PROOF_DATE: { status: 403, spent: true },
  ERR_IAM_SESSION_TOKEN_SCHEMA: { status: 403, spent: true },
  ERR_IAM_ACCESS_KEY_USED: { status: 403, spent: true },
  ERR_IAM_STS_REFUSED: { status: 403, spent: true },
  ERR_IAM_STS_UNAVAILABLE: { status: 503, spent: true },
  ERR_IAM_STS_ANSWER: { status: 403, spent: true },
  ERR_IAM_PRINCIPAL_ARN: { status: 403, spent: true },
  ERR_IAM_ACCOUNT: { status: 403, spent: true },
  ERR_IAM_PARTITION: { status: 403, spent: true },
  ERR_IAM_NOT_ALLOWED: { status: 403, spent: true },
  ERR_IAM_INTERNAL: { status: 500, spent: true },
} as const satisfies Record<string, Answer>

/** Why a login was refused. It goes to the log alone: behind the cookie check strangers all see the same 403. */
export type RefusalCode = keyof typeof ANSWERS

/** A login that ends here. Switch on `code`; the message is for the log. */
export class LoginRefusal extends Error {
  override readonly name = 'LoginRefusal'

  constructor(
    readonly code: RefusalCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** A refusal with its answer. What nobody foresaw ends as a 500: a login fails closed. */
export interface DescribedRefusal {
  readonly code: RefusalCode
  readonly status: number
  readonly spent: boolean
  readonly message: string
  readonly cause: unknown
}

export function describeRefusal(error: unknown): DescribedRefusal {
  const known = (error instanceof LoginRefusal || error instanceof ProtocolError) && isRefusalCode(error.code)
  const code = known ? (error.code as RefusalCode) : 'ERR_IAM_INTERNAL'
  const answer: Answer = ANSWERS[code]
  const { message, cause } = error instanceof Error ? error : { message: String(error), cause: undefined }
  return { code, status: answer.status, spent: answer.spent === true, message, cause }
}

function isRefusalCode(code: string): code is RefusalCode {
  return Object.hasOwn(ANSWERS, code)
}
