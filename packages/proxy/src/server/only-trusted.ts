import { formatHostPort } from '../config/host-port.js'
import { formatTrustCommand } from '../trust/shell.js'
import type { ProxyContext } from './context.js'
import { howToTrust } from './how-to-trust.js'
import { Refusal } from './refusal.js'
import { failureOf } from './statuses.js'
import type { Authority } from './target.js'

/** What a strict proxy (`--only-trusted`) forwards to. Neither throws. */
export interface TrustedDestinations {
  coversOrigin(origin: string): boolean
  /** For tunnels, which do not say the scheme. */
  coversAuthority(host: string, port: number): boolean
}

/** Before anything is looked up or dialled for a request. Throws Refusal 403. */
export function requireTrustedOrigin({ onlyTrusted, log, observer }: ProxyContext, { origin }: Authority): void {
  if (onlyTrusted === undefined || onlyTrusted.coversOrigin(origin)) return
  log.info({ origin }, 'not forwarded: not trusted')
  const refusal = notTrusted(origin, formatTrustCommand('add', origin))
  observer.failed(failureOf(refusal, refusal, origin))
  throw refusal
}

/** The same for a tunnel. Throws Refusal 403. */
export function requireTrustedTunnel({ onlyTrusted, log, observer }: ProxyContext, { host, port }: Authority): void {
  if (onlyTrusted === undefined || onlyTrusted.coversAuthority(host, port)) return
  log.info({ host, port }, 'not forwarded: not trusted')
  const refusal = notTrusted(formatHostPort({ host, port }), howToTrust(host, port, 'https'))
  observer.failed(failureOf(refusal, refusal, formatHostPort({ host, port })))
  throw refusal
}

/** RFC 9209 §2.3.17: denied by configuration. */
function notTrusted(what: string, command: string): Refusal {
  const message = `Not forwarded: ${what} is not trusted, and this proxy is for trusted origins only.`
  const advice = {
    hint: `If you mean it:\n${command}`,
    who: 'You, on this machine.',
    title: 'Not forwarded',
    canRetry: true,
  }
  return new Refusal(403, message, 'http_request_denied', [], advice)
}
