import { headerValues, type ProtocolError } from 'iam-auth-protocol'
import type { Log } from '../log.js'
import type { ChallengeAnswer, ChallengedExchange } from './exchange.js'
import { isNavigation, isNoBrowser } from './gate.js'
import type { LoginRefusal } from './refusal.js'

/** A login that was not made. */
export interface RefusedLogin {
  readonly error: LoginRefusal | ProtocolError
  readonly exchange: ChallengedExchange
  /** Finds the line of the log. */
  readonly request: string
  /** ms since 1970 */
  readonly now: number
}

/** The words, which are no matter of this layer. */
export interface RefusalWords {
  /** A page for the person who opened this. */
  page(refused: RefusedLogin): ChallengeAnswer
  /** All of it in one line. */
  line(refused: RefusedLogin): string
}

/** Somebody who remembers, for a person to look at. */
export interface RefusalObserver {
  refused(refused: RefusedLogin): void
}

export interface RefusalDeps {
  readonly refusals: RefusalWords
  readonly log: Log
  readonly observer?: RefusalObserver
  readonly now: () => number
  readonly randomBytes: (size: number) => Uint8Array
}

/**
 * A person gets a page, which stands in a sandbox. Everything else gets the service's own 401; with it a program on the
 * command line gets the reason in `Proxy-Status` (RFC 9209 §2.1.5). A script of the service does not: it would learn who the
 * person is, and where they keep their credentials.
 */
export function tellRefusal(
  error: LoginRefusal | ProtocolError,
  exchange: ChallengedExchange,
  deps: RefusalDeps,
): ChallengeAnswer {
  const { log, observer, refusals, now, randomBytes } = deps
  const request = Buffer.from(randomBytes(4)).toString('hex')
  const { origin } = exchange
  log.warn(
    { origin, code: error.code, request, reason: error.message, ...hintOf(error), ...causeOf(error) },
    'login not made',
  )
  const refused = { error, exchange, request, now: now() }
  observer?.refused(refused)
  if (isNavigation(exchange)) return refusals.page(refused)
  if (!isCommandLine(exchange)) return { kind: 'pass' }
  const details = refusals
    .line(refused)
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .replaceAll(/["\\]/g, '\\$&')
  const status = `iam-auth-proxy; error=http_request_denied; details="${details}"`
  return { kind: 'pass', defaultHeaders: ['Proxy-Status', status] }
}

/** A script may hide most of what tells a browser; that it speaks a language it cannot. */
export function isCommandLine(exchange: ChallengedExchange): boolean {
  return isNoBrowser(exchange) && headerValues(exchange.requestRawHeaders, 'accept-language').length === 0
}

function hintOf(error: LoginRefusal | ProtocolError): { hint?: string } {
  return 'hint' in error && error.hint !== '' ? { hint: error.hint } : {}
}

/** The name of what AWS or the socket said: names and codes only, since messages may carry anything. */
function causeOf(error: Error): { cause?: string } {
  const cause = error.cause as { name?: string; code?: string } | undefined
  const name = cause?.code ?? cause?.name ?? ''
  // They, too, may come from an answer.
  return cause === undefined ? {} : { cause: /^[A-Za-z0-9_.]{1,64}$/.test(name) ? name : 'unknown' }
}
