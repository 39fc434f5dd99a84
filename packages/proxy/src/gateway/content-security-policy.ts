import type { Place } from './front.js'

/** Directives that hold a list of sources: CSP3 §6. */
const SOURCE_LISTS = /^(?:[a-z]+-src(?:-elem|-attr)?|form-action|frame-ancestors|base-uri|navigate-to)$/i

/**
 * A Content-Security-Policy in which every source that covers a site of the gateway covers its place here as well. Nothing is
 * taken out, and nothing else is let in.
 */
export function rewritePolicy(policy: string, places: readonly Place[]): string {
  return policy.replaceAll(/[^;,]+/g, (directive) => rewriteDirective(directive, places))
}

function rewriteDirective(directive: string, places: readonly Place[]): string {
  const [name = '', ...sources] = directive.trim().split(/\s+/)
  if (!SOURCE_LISTS.test(name)) return directive
  const added = sources.flatMap((source) => places.flatMap((place) => sourceHere(source, place)))
  return added.length === 0 ? directive : `${directive.trimEnd()} ${[...new Set(added)].join(' ')}`
}

/** CSP3 §2.3.1: `https:`, or `[scheme://]host[:port][/path]` with a wildcard as the first label. */
const SCHEME_SOURCE = /^(https|wss):$/i
const HOST_SOURCE = /^(?:(https?|wss?):\/\/)?((?:\*\.)?[\w.-]+|\*)(?::(\d+|\*))?(\/\S*)?$/i

function sourceHere(source: string, place: Place): string[] {
  const { site, host } = place
  const [, scheme] = SCHEME_SOURCE.exec(source) ?? []
  if (scheme !== undefined) return site.scheme === 'https' ? [withScheme(scheme, host)] : []
  const match = HOST_SOURCE.exec(source)
  if (!match) return []
  const [, ofHost, name = '', port, path = ''] = match
  if (!isSchemeOf(ofHost, place) || !isHostOf(name, place) || !isPortOf(port, place)) return []
  return [withScheme(ofHost, host) + path]
}

function withScheme(scheme: string | undefined, host: string): string {
  if (scheme === undefined) return host
  return `${/^ws/i.test(scheme) ? 'ws' : 'http'}://${host}`
}

/** A source of http covers https, too. */
function isSchemeOf(scheme: string | undefined, { site }: Place): boolean {
  return site.scheme === 'https' || scheme === undefined || /^(?:http|ws)$/i.test(scheme)
}

/** `*` alone covers any http address, and so needs nothing. */
function isHostOf(name: string, { site }: Place): boolean {
  const lower = name.toLowerCase()
  return lower.startsWith('*.') ? site.host.endsWith(lower.slice(1)) : lower === site.host
}

function isPortOf(port: string | undefined, { site }: Place): boolean {
  const own = port === undefined ? DEFAULT_PORTS[site.scheme] : Number(port)
  return port === '*' || own === site.port
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const
