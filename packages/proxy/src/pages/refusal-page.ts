import type { ProtocolErrorCode } from 'iam-auth-protocol'
import type { LoginRefused } from '../activity/activity.js'
import type { ChallengeAnswer } from '../login/exchange.js'
import { LoginRefusal, type RefusalCode } from '../login/refusal.js'
import type { RefusedLogin } from '../login/tell-refusal.js'
import { explainProtocolError } from './explain.js'
import { formatLine, renderFailure } from './failure.js'
import type { Failure } from './page.js'
import { whoCanChange } from './who.js'

type Code = RefusalCode | ProtocolErrorCode

/** Whose turn it is decides the status: 503 where trying again helps, 403 where it does not. */
const TEMPORARY: readonly Code[] = [
  'ERR_IAM_AWS_UNAVAILABLE',
  'ERR_IAM_BUDGET',
  'ERR_IAM_CLOCK_SKEW',
  'ERR_IAM_CREDENTIALS_EXPIRED',
  'ERR_IAM_CREDENTIALS_INVALID',
  'ERR_IAM_MFA',
  'ERR_IAM_NO_CREDENTIALS',
  'ERR_IAM_SERVICE_UNAVAILABLE',
  'ERR_IAM_TRUST_FILE',
]

/** Not over by themselves, but once somebody has done what the page says, without a new start of the proxy. */
const OVER_ONCE_DONE: readonly Code[] = [
  'ERR_IAM_ENCRYPT_DENIED',
  'ERR_IAM_EXPIRY',
  'ERR_IAM_KEY_ACCOUNT',
  'ERR_IAM_PLAIN_HTTP',
  'ERR_IAM_SERVICE_REFUSED',
  'ERR_IAM_VERSION_NOT_ALLOWED',
]

/** Seconds until another try has a chance, where that is nobody's turn. */
const RETRY_AFTER: Readonly<Record<string, number>> = {
  ERR_IAM_AWS_UNAVAILABLE: 5,
  ERR_IAM_SERVICE_UNAVAILABLE: 5,
  ERR_IAM_BUDGET: 60,
}

const TITLES: Partial<Record<Code, string>> = {
  ERR_IAM_AWS_UNAVAILABLE: 'AWS cannot be reached',
  ERR_IAM_BUDGET: 'Wait a minute',
  ERR_IAM_CLOCK_SKEW: 'The clock of this machine is wrong',
  ERR_IAM_CREDENTIALS_INVALID: 'AWS does not know your credentials',
  ERR_IAM_EXPIRY: 'Two clocks differ',
  ERR_IAM_KEY_ACCOUNT: 'The key is of another account',
  ERR_IAM_REALM_MISMATCH: 'You are signed in to another account',
  ERR_IAM_VERSION_NOT_ALLOWED: 'This service wants your AWS credentials',
  ERR_IAM_CREDENTIALS_EXPIRED: 'Your AWS credentials have expired',
  ERR_IAM_ENCRYPT_DENIED: 'You may not log in here yet',
  ERR_IAM_KEY_PIN: 'The key of this service has changed',
  ERR_IAM_MFA: 'An MFA code is needed',
  ERR_IAM_NO_CREDENTIALS: 'There are no AWS credentials',
  ERR_IAM_SERVICE_REFUSED: 'The service does not let you in',
  ERR_IAM_SERVICE_UNAVAILABLE: 'The service cannot check logins right now',
}

/** What is answered instead of a 401 that led to no login: what is wrong, who can change it, and what to type. */
export function renderRefusal(refused: RefusedLogin): ChallengeAnswer {
  const failure = failureOf(refused)
  const { rawHeaders, body } = renderFailure(failure, 'page')
  return {
    kind: 'respond',
    status: failure.status,
    rawHeaders: [...rawHeaders, ...retryAfter(failure.code)],
    body: refused.exchange.method === 'HEAD' ? '' : body,
  }
}

/** The same in one line, beside a 401 that goes to the client as it is. */
export function describeRefusal(refused: RefusedLogin): string {
  const failure = failureOf(refused)
  return `${formatLine(failure)} (${failure.code}, request ${failure.request})`
}

/** The same for whoever remembers it. */
export function summariseRefusal(refused: RefusedLogin): LoginRefused {
  const { code, message, hint } = failureOf(refused)
  return { origin: refused.exchange.origin, code, message, hint }
}

function failureOf({ error, exchange, request, now }: RefusedLogin): Failure {
  const { origin, responseRawHeaders } = exchange
  const explained =
    error instanceof LoginRefusal ? error : explainProtocolError(error, { origin, responseRawHeaders, now })
  const { code } = error
  const isTemporary = TEMPORARY.includes(code)
  return {
    status: isTemporary ? 503 : 403,
    title: TITLES[code] ?? 'Not logged in',
    host: new URL(origin).host,
    message: explained.message,
    hint: explained.hint,
    who: whoCanChange(code),
    code,
    request,
    canRetry: isTemporary || OVER_ONCE_DONE.includes(code),
  }
}

function retryAfter(code: string): string[] {
  const seconds = RETRY_AFTER[code]
  return seconds === undefined ? [] : ['Retry-After', String(seconds)]
}
