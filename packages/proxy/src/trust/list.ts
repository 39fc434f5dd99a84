import type { Trust } from './merge.js'
import { matchesSuffix } from './suffix.js'

/** Where somebody wants to go, as in a URL: IPv6 without brackets. */
interface Authority {
  readonly host: string
  readonly port: number
}

/** What is trusted, to be asked about origins. */
export interface TrustList {
  /** The exact entry of an origin, else that of the longest suffix it is below. May throw LoginRefusal. */
  entryFor(origin: string): Trust | undefined
  /** An exact entry names this host and port, whatever its scheme: its owner wants it reached wherever it is. */
  namesAuthority(host: string, port: number): boolean
  /** Some entry covers this origin: as `entryFor`, for those who only want to know that. Never throws. */
  coversOrigin(origin: string): boolean
  /** Some entry covers this host and port, whatever its scheme: for tunnels, which do not say it. */
  coversAuthority(host: string, port: number): boolean
  /** All that is in force. Never throws. */
  entries(): readonly Trust[]
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/** A list that never changes. */
export function createTrustList(entries: readonly Trust[]): TrustList {
  const byName = new Map(entries.map((entry) => [entry.name, entry]))
  const suffixes = entries.filter(({ name }) => name.includes('*')).sort((a, b) => b.name.length - a.name.length)
  const origins = entries.filter(({ name }) => !name.includes('*')).map(({ name }) => authorityOf(name))
  const named = new Set(origins.map(({ host, port }) => `${host}:${port}`))
  const entryFor = (origin: string) => byName.get(origin) ?? suffixes.find(({ name }) => matchesSuffix(name, origin))
  return {
    entryFor,
    coversOrigin: (origin) => entryFor(origin) !== undefined,
    namesAuthority: (host, port) => named.has(`${host.toLowerCase()}:${port}`),
    coversAuthority: (host, port) =>
      ['https:', 'http:'].some(
        (scheme) => entryFor(originOf(scheme, { host: host.toLowerCase(), port })) !== undefined,
      ),
    entries: () => entries,
  }
}

function authorityOf(origin: string): Authority {
  const { hostname, protocol, port } = new URL(origin)
  return { host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port) || (DEFAULT_PORTS[protocol] ?? 0) }
}

/** As `new URL().origin` prints it; the host has been through that parser already. */
function originOf(scheme: string, { host, port }: Authority): string {
  const shown = host.includes(':') ? `[${host}]` : host
  return `${scheme}//${shown}${port === DEFAULT_PORTS[scheme] ? '' : `:${port}`}`
}
