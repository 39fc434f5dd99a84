import type { Advice } from './refusal.js'

/** What an error code becomes. */
export interface StatusRow {
  readonly status: number
  /** RFC 9209 §2.3 */
  readonly proxyError: string
  /** What happened. `where` is the authority asked for, `what` the error's own message. */
  readonly say: (where: string, what: string) => string
  readonly advice: Advice
  /** Seconds until another try has a chance. */
  readonly retryAfter?: number
}

const YOU = 'You, or whoever looks after your network.'
const SERVICE = 'The people who run the service.'

const row = (
  status: number,
  proxyError: string,
  say: StatusRow['say'],
  hint = '',
  who = YOU,
  title = 'The service was not reached',
): StatusRow => ({ status, proxyError, say, advice: { hint, who, title, canRetry: true } })

const CLOSED = row(
  502,
  'connection_terminated',
  (where) => `${where} closed the connection before it answered.`,
  'Try again. If it goes on, the service, or a load balancer before it, is in trouble.',
  SERVICE,
)
const UNROUTABLE = row(
  502,
  'destination_ip_unroutable',
  (where) => `There is no route from this machine to ${where}.`,
  'Check that the network, and the VPN if the service is behind one, is connected.',
)

/** By code of the system, of Node or of our own `UpstreamError`: the one place where an error becomes an answer. */
export const ROWS: Readonly<Record<string, StatusRow>> = {
  ECONNREFUSED: row(
    502,
    'connection_refused',
    (where) => `${where} refuses connections.`,
    'Nothing listens there. Check the address and the port; if they are right, the service is down.',
    SERVICE,
  ),
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  ENOTFOUND: row(
    502,
    'dns_error',
    (where) => `The name of ${where} is not known here.`,
    'Check its spelling, and that the VPN is connected. If only a bastion knows it: start the proxy with `--socks-proxy HOST:PORT`.',
  ),
  EAI_AGAIN: row(
    502,
    'dns_timeout',
    (where) => `The name server did not answer for ${where}.`,
    'Check that the network, and the VPN if the service is behind one, is connected.',
  ),
  ETIMEDOUT: row(
    504,
    'connection_timeout',
    (where) => `${where} does not answer.`,
    'Check that the VPN is connected. If it is, a firewall may drop the way there, or the service hangs.',
  ),
  EHOSTUNREACH: UNROUTABLE,
  ENETUNREACH: UNROUTABLE,
  EADDRNOTAVAIL: row(
    502,
    'destination_ip_unroutable',
    (where) => `This machine has no address to reach ${where} from.`,
    'Check that the network, and the VPN if the service is behind one, is connected.',
  ),
  EMFILE: {
    ...row(
      503,
      'connection_limit_reached',
      () => 'This machine lets the proxy open no more connections.',
      'Try again in a moment. If it goes on, start it from a shell with a higher limit of open files (`ulimit -n 65536`).',
      'You, on this machine.',
    ),
    retryAfter: 5,
  },
  EDESTINATION: row(
    403,
    'destination_ip_prohibited',
    (_, what) => `Not forwarded: ${what}.`,
    '',
    'You, on this machine.',
    'Not forwarded',
  ),
  ESOCKSDOWN: row(
    502,
    'destination_unavailable',
    (_, what) => what,
    '',
    'You, on this machine.',
    'The bastion was not reached',
  ),
  ESOCKSAUTH: row(
    502,
    'destination_unavailable',
    (_, what) => what,
    'Start the proxy again with the right ones.',
    YOU,
    'The bastion was not reached',
  ),
  ESOCKSTIMEOUT: row(
    504,
    'connection_timeout',
    (_, what) => what,
    'The connection to the bastion may hang: end its `ssh -D`, start it again, and try again.',
    YOU,
  ),
  ESOCKSREPLY: row(502, 'destination_unavailable', (_, what) => what, 'Check the address you opened.', YOU),
  EPROXYDOWN: row(502, 'destination_unavailable', (_, what) => what, '', YOU, 'The upstream proxy was not reached'),
  EPROXYAUTH: row(502, 'destination_unavailable', (_, what) => what, '', YOU, 'The upstream proxy refuses'),
  EPROXYLOOP: row(
    502,
    'proxy_loop_detected',
    (_, what) => what,
    'Start it again with another `--upstream-proxy`, or without one.',
    'You, on this machine.',
  ),
  EPROXYTIMEOUT: row(504, 'connection_timeout', (_, what) => what, 'Check the address you opened.', YOU),
  EPROXYREPLY: row(502, 'destination_unavailable', (_, what) => what, 'Check the address you opened.', YOU),
  HPE_HEADER_OVERFLOW: row(
    502,
    'http_response_header_section_size',
    (where) => `${where} sent more than 16 KiB of headers.`,
    'Too many cookies are the usual reason: delete those of this site, and try again.',
    SERVICE,
    'The answer could not be read',
  ),
  EREFUSEDSTREAM: row(
    503,
    'connection_limit_reached',
    (where) => `${where} takes no more requests now.`,
    'Try again in a moment.',
    SERVICE,
  ),
  EUNSENDABLE: row(
    400,
    'http_request_error',
    (where, what) => `This request cannot be sent to ${where} in HTTP/2: ${what}.`,
    'A header that may have one value has several: send it once.',
    'Whoever wrote the program that sends it.',
    'Not forwarded',
  ),
  EPROTO: row(
    502,
    'tls_protocol_error',
    (where) => `${where} does not speak TLS the way we do.`,
    'It may be an http service: try its address with http:// instead of https://.',
    SERVICE,
  ),
}

/** Whatever OpenSSL has against a certificate. */
export const CERTIFICATE = row(
  502,
  'tls_certificate_error',
  (where, what) => `The certificate of ${where} cannot be trusted: ${what}.`,
  'Somebody may be in between, so nothing was sent. If you know the issuer and trust it, get its certificate (PEM) from those who run it, not from the service, and start the proxy with it:\niam-auth-proxy --upstream-ca FILE',
  'The people who run the service, or your network.',
  'The service could not be recognised',
)
/** The same where its issuer is not what is wrong, so that no `--upstream-ca` helps: an end, a name, a revocation. */
export const OTHER_CERTIFICATE: StatusRow = {
  ...CERTIFICATE,
  advice: {
    ...CERTIFICATE.advice,
    hint: 'Somebody may be in between, so nothing was sent. Check the address you opened, and the clock of this machine: if both are right, only the people who run the service can put its certificate right.',
  },
}
/** What Node's parser does not take. */
export const BAD_ANSWER = row(
  502,
  'http_protocol_error',
  (where, what) => `${where} sent an answer that is not valid HTTP: ${what}.`,
  'Check the port: something that is no web server may listen there.',
  SERVICE,
  'The answer could not be read',
)
/** A code that nobody has named yet. */
export const OTHER = row(502, 'destination_unavailable', (where, what) => `${where} cannot be reached: ${what}.`)
