import { Refusal } from './refusal.js'

interface StatusRow {
  readonly status: number
  /** RFC 9209 §2.3 */
  readonly proxyError: string
  /** What happened and what to do. `where` is the authority asked for, `what` the error's own message. */
  readonly say: (where: string, what: string) => string
}

const row = (status: number, proxyError: string, say: StatusRow['say']): StatusRow => ({ status, proxyError, say })

/** The one place where an error code becomes an answer. */
const TABLE: Readonly<Record<string, StatusRow>> = {
  ECONNREFUSED: row(
    502,
    'connection_refused',
    (where) => `${where} refuses connections: is the service running, on this port?`,
  ),
  ECONNRESET: row(
    502,
    'connection_terminated',
    (where) => `${where} closed the connection before it answered: try again`,
  ),
  EPIPE: row(502, 'connection_terminated', (where) => `${where} closed the connection before it answered: try again`),
  ENOTFOUND: row(
    502,
    'dns_error',
    (where) => `the name of ${where} is not known here: check its spelling, the VPN, or --socks-proxy`,
  ),
  EAI_AGAIN: row(
    502,
    'dns_timeout',
    (where) => `the name server did not answer for ${where}: check the network or the VPN`,
  ),
  ETIMEDOUT: row(
    504,
    'connection_timeout',
    (where) => `${where} does not answer: check the network, the VPN or the firewall`,
  ),
  EHOSTUNREACH: row(502, 'destination_ip_unroutable', (where) => `no route to ${where}: check the network or the VPN`),
  ENETUNREACH: row(502, 'destination_ip_unroutable', (where) => `no route to ${where}: check the network or the VPN`),
  EADDRNOTAVAIL: row(502, 'destination_ip_unroutable', (where) => `no local address to reach ${where} from`),
  EMFILE: row(503, 'connection_limit_reached', () => 'too many open connections: raise the limit of open files'),
  EDESTINATION: row(403, 'destination_ip_prohibited', (_, what) => `not forwarded: ${what}`),
  ESOCKSDOWN: row(502, 'destination_unavailable', (_, what) => what),
  ESOCKSAUTH: row(502, 'destination_unavailable', (_, what) => what),
  ESOCKSTIMEOUT: row(504, 'connection_timeout', (_, what) => what),
  ESOCKSREPLY: row(502, 'destination_unavailable', (_, what) => what),
  HPE_HEADER_OVERFLOW: row(
    502,
    'http_response_header_section_size',
    (where) => `${where} sent more than 16 KiB of headers`,
  ),
  EPROTO: row(
    502,
    'tls_protocol_error',
    (where) => `${where} does not speak TLS the way we do: is it an http service?`,
  ),
}

const CERTIFICATE = row(
  502,
  'tls_certificate_error',
  (where, what) => `the certificate of ${where} cannot be trusted: ${what}`,
)
const BAD_ANSWER = row(
  502,
  'http_protocol_error',
  (where, what) => `${where} sent an answer that is not valid HTTP: ${what}`,
)
const OTHER = row(502, 'destination_unavailable', (where, what) => `${where} cannot be reached: ${what}`)

/** OpenSSL's names for what can be wrong with a chain, as Node passes them on. */
const CERTIFICATE_CODES = /^(?:CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|HOSTNAME_MISMATCH|ERR_TLS_CERT)/

/** The refusal for an error on the way to `where`. */
export function refusalFor(error: NodeJS.ErrnoException, where: string): Refusal {
  const found = findRow(error.code ?? '')
  return new Refusal(found.status, found.say(where, error.message), found.proxyError)
}

function findRow(code: string): StatusRow {
  const named = Object.hasOwn(TABLE, code) ? TABLE[code] : undefined
  if (named) return named
  if (CERTIFICATE_CODES.test(code)) return CERTIFICATE
  if (code.startsWith('HPE_') || code.startsWith('ERR_HTTP') || code.startsWith('ERR_INVALID')) return BAD_ANSWER
  return code.startsWith('ERR_SSL') ? (TABLE['EPROTO'] ?? OTHER) : OTHER
}
