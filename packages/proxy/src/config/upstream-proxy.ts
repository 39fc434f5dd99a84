import { EVERY_HOST, parseHostPattern } from '../upstream/host-pattern.js'
import { formatHop, type ProxyHop, type Route } from '../upstream/routes.js'
import type { Env, HostPort, ProxyFlags } from './config.js'
import { parseHop } from './hop-url.js'
import { isLoopbackHost } from './host-port.js'
import { routesOfEnvironment } from './upstream-env.js'

/** The one word that stands for the environment's own variables. */
const FROM_ENVIRONMENT = 'env'

/** What the routes of a proxy are made from. */
export interface RouteSources {
  readonly flags: Pick<ProxyFlags, 'upstreamProxy' | 'upstreamProxyFile' | 'socksProxy'>
  readonly env: Env
  readonly readFile: (path: string) => string
  /** Where we will listen: no proxy of ours. */
  readonly bind: HostPort
}

/**
 * `--upstream-proxy` and the lines of `--upstream-proxy-file`, else those of `IAM_AUTH_UPSTREAM_PROXY`: a URL, `HOSTS=URL`,
 * `HOSTS=direct` (hosts with commas between them), or `env`.
 *
 * @throws TypeError that says what to write, and shows no password
 */
export function readRoutes({ flags, env, readFile, bind }: RouteSources): Route[] {
  const { upstreamProxy = [], upstreamProxyFile, socksProxy } = flags
  const fromFile = upstreamProxyFile === undefined ? [] : linesOf(readFile(upstreamProxyFile), '\n')
  const given = [...upstreamProxy, ...fromFile]
  const texts = given.length > 0 ? given : linesOf(env['IAM_AUTH_UPSTREAM_PROXY'] ?? '', /\s+/)
  const routes = texts.flatMap((text) => (text === FROM_ENVIRONMENT ? routesOfEnvironment(env) : parseRoutes(text)))
  requireOneEach(routes, socksProxy !== undefined && socksProxy !== '')
  for (const { via } of routes) if (via) requireAnother(via, bind)
  return routes
}

/** Routes as they are shown: without users and passwords. */
export function formatRoute({ hosts, scheme, via }: Route): string {
  const which = scheme === undefined ? hosts.text : `${scheme}://${hosts.text}`
  return `${which}=${via === undefined ? 'direct' : formatHop(via)}`
}

function parseRoutes(text: string): Route[] {
  const { hosts, way } = splitRoute(text)
  const via = way === 'direct' ? undefined : parseHop(way)
  const patterns = hosts === undefined ? [EVERY_HOST] : hosts.split(',').map(parseHostPattern)
  return patterns.map((pattern) => ({ hosts: pattern, via }))
}

/** A password may have an equals sign, too. */
function splitRoute(text: string): { hosts?: string; way: string } {
  const [, hosts = '', way = ''] = /^([^=@]*)=(.*)$/.exec(text) ?? []
  const isHosts = hosts !== '' && !hosts.includes('://')
  const isWay = way.includes('://') || !way.includes('@')
  return isHosts && isWay ? { hosts, way } : { way: text }
}

function linesOf(text: string, separator: string | RegExp): string[] {
  return text
    .split(separator)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

function requireOneEach(routes: readonly Route[], hasSocks: boolean): void {
  const seen = new Set<string>()
  for (const { hosts, scheme = '' } of routes) {
    const name = `${scheme} ${hosts.text}`
    if (seen.has(name)) throw new TypeError(`${hosts.text} has two routes: which one is meant?`)
    seen.add(name)
  }
  if (hasSocks && routes.some(({ hosts }) => hosts.rank === 0)) {
    throw new TypeError('--socks-proxy is for everything, too: say which hosts go through the other, HOSTS=URL')
  }
}

/** The commonest of all loops: HTTP_PROXY is the address of this proxy, as it should be for other programs. */
function requireAnother(hop: ProxyHop, bind: HostPort): void {
  const isHere = hop.host === bind.host || (isLoopbackHost(hop.host) && isOnLoopback(bind.host))
  if (isHere && bind.port !== 0 && hop.port === bind.port) {
    throw new TypeError(`${formatHop(hop)} is the address of this proxy itself`)
  }
}

function isOnLoopback(host: string): boolean {
  return isLoopbackHost(host) || host === '::' || host === '0.0.0.0'
}
