import type { TrafficFailed } from '../activity/activity.js'
import { Refusal } from './refusal.js'
import { BAD_ANSWER, CERTIFICATE, OTHER, OTHER_CERTIFICATE, ROWS, type StatusRow } from './status-rows.js'

/** OpenSSL's names for what can be wrong with a chain, as Node passes them on. */
const CERTIFICATE_CODES = /^(?:CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|HOSTNAME_MISMATCH|ERR_TLS_CERT)/

/** Those that say: nobody I know has issued it. */
const ISSUER_CODES = /^(?:UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF)|DEPTH_ZERO_|SELF_SIGNED_|CERT_UNTRUSTED|INVALID_CA)/

/** The refusal for an error on the way to `where`. An error with a `hint` of its own knows better what to do. */
export function refusalFor(error: NodeJS.ErrnoException & { readonly hint?: string }, where: string): Refusal {
  const { status, proxyError, say, advice, retryAfter } = findRow(error.code ?? '')
  const hint = error.hint ?? advice.hint ?? ''
  const headers = retryAfter === undefined ? [] : ['Retry-After', String(retryAfter)]
  return new Refusal(status, say(where, error.message), proxyError, headers, { ...advice, hint })
}

/** The same for whoever remembers it. */
export function failureOf(refusal: Refusal, { code = '' }: NodeJS.ErrnoException, target: string): TrafficFailed {
  const { proxyError, message, advice } = refusal
  return { target, code: proxyError, message, hint: advice.hint ?? '', isAboutRoute: BASTION_CODES.includes(code) }
}

/** Whatever was asked for would have met them. */
const BASTION_CODES: readonly string[] = ['ESOCKSDOWN', 'ESOCKSAUTH', 'EPROXYDOWN', 'EPROXYAUTH', 'EPROXYLOOP']

function findRow(code: string): StatusRow {
  const named = Object.hasOwn(ROWS, code) ? ROWS[code] : undefined
  if (named) return named
  if (CERTIFICATE_CODES.test(code)) return ISSUER_CODES.test(code) ? CERTIFICATE : OTHER_CERTIFICATE
  if (code.startsWith('HPE_') || code.startsWith('ERR_HTTP') || code.startsWith('ERR_INVALID')) return BAD_ANSWER
  return code.startsWith('ERR_SSL') ? (ROWS['EPROTO'] ?? OTHER) : OTHER
}
