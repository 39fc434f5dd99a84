import type { ProtocolError } from 'iam-auth-protocol'
import type { ChallengeAnswer, ChallengedExchange } from '../login/exchange.js'
import { LoginRefusal, type RefusalCode } from '../login/refusal.js'
import { explainProtocolError } from './explain.js'
import { pageHeaders, renderPage } from './page.js'

/** Whose turn it is decides the status: 503 where trying again helps, 403 where it does not. */
const TEMPORARY: readonly RefusalCode[] = [
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

/** Seconds until another try has a chance, where that is nobody's turn. */
const RETRY_AFTER: Readonly<Record<string, number>> = {
  ERR_IAM_AWS_UNAVAILABLE: 5,
  ERR_IAM_SERVICE_UNAVAILABLE: 5,
  ERR_IAM_BUDGET: 60,
}

/** The page a person gets instead of a 401 that was not answered: what is wrong, and what to type. */
export function renderRefusal(refusal: LoginRefusal | ProtocolError, exchange: ChallengedExchange): ChallengeAnswer {
  const { message, hint } = refusal instanceof LoginRefusal ? refusal : explainProtocolError(refusal, exchange.origin)
  const temporary = refusal instanceof LoginRefusal && TEMPORARY.includes(refusal.code)
  const body = renderPage({
    title: 'Not logged in',
    host: new URL(exchange.origin).host,
    message,
    hint,
    code: refusal.code,
    canRetry: temporary,
  })
  return {
    kind: 'respond',
    status: temporary ? 503 : 403,
    rawHeaders: [...pageHeaders(body), ...retryAfter(refusal.code)],
    body: exchange.method === 'HEAD' ? '' : body,
  }
}

function retryAfter(code: string): string[] {
  const seconds = RETRY_AFTER[code]
  return seconds === undefined ? [] : ['Retry-After', String(seconds)]
}
