import { Refusal } from './refusal.js'

/** Who is meant, normalised as `new URL()` prints it. */
export interface Authority {
  readonly scheme: 'http' | 'https'
  /** RFC 6454 §6.2, what `new URL(u).origin` prints. */
  readonly origin: string
  /** What the Host header says: without a default port. */
  readonly hostHeader: string
  /** For dialling: IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

/** The target of a request in absolute form. */
export interface Target {
  readonly authority: Authority
  /** As the client spelled it: `wiki.example.com:8080`. */
  readonly rawAuthority: string
  /** Path and query exactly as received; `/` where the client sent none. Nothing is re-serialised. */
  readonly path: string
}

/**
 * `http://host:port/path?query` split where RFC 3986 splits it, without a URL object: that would rewrite `..`, `//./`,
 * `{}` and `\` in the path. Throws Refusal 400.
 */
export function parseTarget(url: string): Target {
  const colon = url.indexOf('://')
  const scheme = url.slice(0, Math.max(0, colon)).toLowerCase()
  if (scheme !== 'http' && scheme !== 'https') throw new Refusal(400, 'only http and https URLs are forwarded')
  const start = colon + 3
  const length = url.slice(start).search(/[/?#]/)
  const end = length < 0 ? url.length : start + length
  const rawAuthority = url.slice(start, end)
  const authority = parseAuthority(scheme, rawAuthority)
  if (!authority)
    throw new Refusal(400, 'the host in the URL is not one we can forward to (no user:password@, port 1 to 65535)')
  const rest = url.slice(end)
  return { authority, rawAuthority, path: rest.startsWith('/') ? rest : `/${rest}` }
}

/**
 * The target of a request that can only be for one site: `/path`, `*`, or the same in absolute form (RFC 9112 §3.2.2).
 * Throws Refusal 400 for what is no target, 421 for another site's.
 */
export function parseTargetAt(site: Authority, url: string): Target {
  if (url.startsWith('/') || url === '*') return { authority: site, rawAuthority: site.hostHeader, path: url }
  const target = parseTarget(url)
  if (target.authority.origin === site.origin) return target
  throw new Refusal(421, `this connection is for ${site.origin} only`)
}

/** The `host:port` of a CONNECT, both required. Throws Refusal 400. */
export function parseConnectTarget(url: string): Authority {
  const authority = /:\d{1,5}$/.test(url) ? parseAuthority('http', url) : undefined
  if (!authority) throw new Refusal(400, 'CONNECT wants host:port, the host in ASCII')
  return authority
}

/** The same host and port under another scheme, whose default port another may be. */
export function authorityWithScheme(scheme: 'http' | 'https', host: string, port: number): Authority | undefined {
  return parseAuthority(scheme, `${host.includes(':') ? `[${host}]` : host}:${port}`)
}

/** Printable ASCII without userinfo and without what a URL parser would end or rewrite the host at. */
const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|[^\x00-\x20\x7f-\uffff"#/:<>?@[\\\]^`{|}]+)(?::\d{0,5})?$/

/** The WHATWG parser is the judge of hosts; a user has few of them, so its answers are kept. */
const KNOWN = new Map<string, Authority>()
const KNOWN_LIMIT = 500

/** `undefined` for what is no plain `host[:port]`. */
export function parseAuthority(scheme: 'http' | 'https', text: string): Authority | undefined {
  const key = scheme === 'http' ? text : `https ${text}`
  const known = KNOWN.get(key)
  if (known || !AUTHORITY.test(text)) return known
  const parsed = readAuthority(scheme, text)
  if (!parsed) return undefined
  if (KNOWN.size >= KNOWN_LIMIT) KNOWN.clear()
  KNOWN.set(key, parsed)
  return parsed
}

function readAuthority(scheme: 'http' | 'https', text: string): Authority | undefined {
  const value = `${scheme}://${text}/`
  if (!URL.canParse(value)) return undefined
  const { origin, host: hostHeader, hostname, port } = new URL(value)
  if (port === '0') return undefined
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return { scheme, origin, hostHeader, host, port: port === '' ? DEFAULT_PORTS[scheme] : Number(port) }
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const
