import { isLoopbackOrigin, type ProtocolErrorCode } from 'iam-auth-protocol'
import { LoginRefusal, type RefusalCode } from '../login/refusal.js'
import type { RefusedLogin } from '../login/tell-refusal.js'
import { explainProtocolError } from '../pages/explain.js'

/** Why a login was not made, or a call not finished: the proxy's codes, and those of a program's own calls. */
export type IamFetchErrorCode =
  | RefusalCode
  | ProtocolErrorCode
  | 'ERR_IAM_NOT_TRUSTED'
  | 'ERR_IAM_REDIRECTED'
  | 'ERR_IAM_SESSION_REFUSED'
  | 'ERR_IAM_LOGIN_TIMEOUT'
  | 'ERR_IAM_BODY_NOT_KEPT'
  | 'ERR_IAM_UNEXPECTED'

/** A login that was not made. Switch on `code`; `hint` says what to do about it. */
export class IamFetchError extends Error {
  override readonly name = 'IamFetchError'
  /** What to do, for the people who run the program. May be empty. */
  readonly hint: string
  /** Of the service that asked for the login. */
  readonly origin: string

  constructor(
    readonly code: IamFetchErrorCode,
    message: string,
    { origin, hint = '', cause }: { origin: string; hint?: string; cause?: unknown },
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.origin = origin
    this.hint = hint
  }
}

/** The same refusal in the words of somebody who writes a program: there are no flags, and no page to reload. */
export function toIamFetchError({ error, exchange, now }: RefusedLogin): IamFetchError {
  const { origin, responseRawHeaders } = exchange
  const explained =
    error instanceof LoginRefusal ? error : explainProtocolError(error, { origin, responseRawHeaders, now })
  const hint = HINTS[error.code]?.(origin, explained.hint) ?? explained.hint
  return new IamFetchError(error.code, explained.message, { origin, hint, cause: error })
}

const RIGHT_ADDRESS = (origin: string) => `Is ${origin} the address that the service is configured with?`

/** Instead of hints that are about the command line or a browser, by the code of the refusal. */
const HINTS: Partial<Record<IamFetchErrorCode, (origin: string, hint: string) => string>> = {
  ERR_IAM_NO_CREDENTIALS: () =>
    'Give the machine a role, set AWS_PROFILE, or give createIamFetch a `profile`, or a function `credentials` that ' +
    'resolves to { accessKeyId, secretAccessKey, sessionToken, expiration }.',
  ERR_IAM_REALM_MISMATCH: () =>
    'Give createIamFetch credentials of that account: `profile`, or `credentials` that assume a role there.',
  ERR_IAM_ENCRYPT_DENIED: (_, hint) =>
    hint.replace('`--mfa-serial-number ARN`', 'use the credentials of a session with MFA'),
  ERR_IAM_SERVICE_REFUSED: () =>
    'If that is the wrong identity, give createIamFetch other credentials. Else ask the people who run the service to ' +
    'let it in; its log has the reason.',
  ERR_IAM_MFA: (_, hint) =>
    hint.includes('mfaCode') ? hint : 'Wait for the next code (each works once), and see what `mfaCode` gives.',
  ERR_IAM_BUDGET: () => 'Wait a minute. The refusals before this one say why those failed.',
  ERR_IAM_AWS_REFUSED: () => 'The `cause` of its `cause` is what AWS said.',
  ERR_IAM_AUTH_LOOP: () => 'Call another path: this is the one that takes logins.',
  ERR_IAM_KEY_PIN: () =>
    'Nothing was sent. Ask the owners of the service; change the pin in the option `trust` only if it was them.',
  ERR_IAM_KEY_ACCOUNT: (origin) =>
    `If the owners of the service confirm the key: trust: ['${origin},key=<its full ARN>${plainHttp(origin)}']`,
  ERR_IAM_VERSION_NOT_ALLOWED: (origin) =>
    `Only if you know and trust it: trust: ['${origin},protocol=1${plainHttp(origin)}']`,
  ERR_IAM_PLAIN_HTTP: (origin) =>
    `If the way there is safe: add plain-http to what \`trust\` says of it, or trust: ['${origin},plain-http']`,
  ERR_IAM_ORIGIN: RIGHT_ADDRESS,
  ERR_IAM_CONTEXT_CONTENT: RIGHT_ADDRESS,
}

function plainHttp(origin: string): string {
  return origin.startsWith('https:') || isLoopbackOrigin(origin) ? '' : ',plain-http'
}
