import { UpstreamError } from './dial.js'
import { formatHop, type ProxyHop } from './routes.js'

/** What a proxy answered instead of doing as asked. */
export interface HopAnswer {
  readonly status: number
  readonly reason: string
  /** The values of its Proxy-Authenticate. */
  readonly offers: readonly string[]
}

/** The error for a proxy that refuses: EPROXYAUTH for a 407, else EPROXYREPLY. `where` is the authority it was asked for. */
export function hopRefusal(hop: ProxyHop, { status, reason, offers }: HopAnswer, where: string): UpstreamError {
  const proxy = `The upstream proxy ${formatHop(hop)}`
  // A 401 to CONNECT is the proxy's, too: tinyproxy says so to a wrong password.
  if (status === 407 || status === 401) return authRefusal(hop, status, offers)
  const what = `${status}${reason === '' ? '' : ` ${printable(reason)}`}`
  if (status === 502 || status === 503 || status === 504) {
    return new UpstreamError('EPROXYREPLY', `${proxy} cannot reach ${where}: it says ${what}.`, {
      hint: 'Check the address you opened. What only this machine reaches goes past the proxy with: `--upstream-proxy HOST=direct`',
    })
  }
  return new UpstreamError('EPROXYREPLY', `${proxy} does not let you through to ${where}: it says ${what}.`, {
    hint: 'Whoever runs that proxy decides on this. What this machine reaches without it goes past it with: `--upstream-proxy HOST=direct`',
  })
}

function authRefusal(hop: ProxyHop, status: number, offers: readonly string[]): UpstreamError {
  const proxy = `The upstream proxy ${formatHop(hop)}`
  const schemes = namesOfSchemes(offers)
  if (schemes.length > 0 && !schemes.some((scheme) => scheme.toLowerCase() === 'basic')) {
    return new UpstreamError('EPROXYAUTH', `${proxy} takes no password, but only ${schemes.join(', ')} (${status}).`, {
      hint: 'Run a program that logs in to it (px, cntlm) on this machine, and name that in `--upstream-proxy`.',
    })
  }
  const what = hop.user === undefined ? 'wants a user and a password' : 'refuses this user and password'
  const { kind, host, port } = hop
  const example = formatHop({ kind, host, port }).replace('://', '://USER:PASSWORD@')
  return new UpstreamError('EPROXYAUTH', `${proxy} ${what} (${status}).`, {
    hint: `Start iam-auth-proxy again with \`--upstream-proxy ${example}\`, or with that in a file of yours: \`--upstream-proxy-file FILE\``,
  })
}

/** The first word of each challenge; what has an equals sign is a parameter of one. */
function namesOfSchemes(offers: readonly string[]): string[] {
  const words = offers.flatMap((offer) => offer.split(',')).map((part) => /^\s*([^\s=]+)(?!=)(?:\s|$)/.exec(part)?.[1])
  return [...new Set(words.flatMap((word) => (word === undefined ? [] : printable(word))))]
}

/** A stranger chose it, and a page and a terminal show it. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100)
}
