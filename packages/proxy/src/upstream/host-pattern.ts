import { BlockList, isIP, isIPv4 } from 'node:net'
import { inAscii } from '../server/ascii-host.js'
import { parseAuthority } from '../server/target.js'

/** Which hosts a route is for. */
export interface HostPattern {
  /** As it is shown. */
  readonly text: string
  /** Of two that match, the bigger one is more specific. */
  readonly rank: number
  /** `host` as in a URL, normalised, without brackets. */
  readonly matches: (host: string, port: number) => boolean
}

type MatchesHost = (host: string) => boolean

/** A host is more than any name around it, a port more than none. */
const EXACT_RANK = 1000
const PORT_RANK = 0.5

/** Everything that no other pattern names. */
export const EVERY_HOST: HostPattern = { text: '*', rank: 0, matches: () => true }

/**
 * `wiki.example.com`, `*.example.com` (all below the name; `.example.com` says the same), `192.0.2.1`, `[2001:db8::1]`, each
 * with or without `:port`; `10.0.0.0/8`, `fd00::/8`; `*`.
 *
 * @throws TypeError that says what to write
 */
export function parseHostPattern(text: string): HostPattern {
  if (text === '*') return EVERY_HOST
  if (text.includes('/')) return parseNetwork(text)
  const [, star = '', rest = ''] = /^(\*?\.)?(.*)$/.exec(text) ?? []
  const authority = parseAuthority('http', isIP(rest) === 6 ? `[${rest}]` : inAscii(rest))
  if (authority === undefined || rest.includes('*') || (star !== '' && isIP(authority.host) !== 0)) {
    throw new TypeError(`${text} names no hosts: write NAME, *.NAME, an address, a network like 10.0.0.0/8, or *`)
  }
  const { host } = authority
  const name = withoutDot(host)
  const matchesHost: MatchesHost =
    star === '' ? (other) => withoutDot(other) === name : (other) => withoutDot(other).endsWith(`.${name}`)
  const rank = star === '' ? EXACT_RANK : name.length
  // Not the port of `authority`, which has one even where none is written.
  const port = isIP(rest) === 6 ? undefined : /:(\d+)$/.exec(rest)?.[1]
  const shown = `${star === '' ? '' : '*.'}${isIP(host) === 6 ? `[${host}]` : host}`
  return withPort({ text: shown, rank, matchesHost }, port === undefined ? undefined : Number(port))
}

function withPort(
  { text, rank, matchesHost }: { text: string; rank: number; matchesHost: MatchesHost },
  port: number | undefined,
): HostPattern {
  if (port === undefined) return { text, rank, matches: matchesHost }
  const matches = (host: string, other: number) => other === port && matchesHost(host)
  return { text: `${text}:${port}`, rank: rank + PORT_RANK, matches }
}

function parseNetwork(text: string): HostPattern {
  const [, bracketed, plain = '', digits = ''] = /^(?:\[([^\]]*)\]|([^/]*))\/(\d{1,3})$/.exec(text) ?? []
  const network = bracketed ?? plain
  const family = isIP(network)
  const prefix = Number(digits)
  if (family === 0 || digits === '' || prefix > (family === 4 ? 32 : 128)) {
    throw new TypeError(`${text} is no network: write it like 10.0.0.0/8 or fd00::/8`)
  }
  const list = new BlockList()
  list.addSubnet(network, prefix, family === 4 ? 'ipv4' : 'ipv6')
  const matches = (host: string) => isIP(host) !== 0 && list.check(host, isIPv4(host) ? 'ipv4' : 'ipv6')
  return { text, rank: prefix, matches }
}

function withoutDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host
}
