import { isIP } from 'node:net'
import type { Secret } from '../secret.js'
import { addressKind, nameKind } from '../server/addresses.js'
import type { HostPattern } from './host-pattern.js'

/** A proxy between us and services. */
export interface ProxyHop {
  /** `https`: an HTTP proxy that is itself spoken to in TLS. `socks`: SOCKS5, names resolve at its end. */
  readonly kind: 'http' | 'https' | 'socks'
  readonly host: string
  readonly port: number
  readonly user?: string
  readonly password?: Secret
}

/** Which way some hosts are reached. */
export interface Route {
  readonly hosts: HostPattern
  /** Only requests of this scheme. @default both */
  readonly scheme?: 'http' | 'https'
  /** @default undefined: directly */
  readonly via: ProxyHop | undefined
}

/** Where a request goes. */
export interface RouteTarget {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
}

/** The route of a target; undefined where none is for it. */
export type ChooseRoute = (target: RouteTarget) => Route | undefined

/**
 * The most specific route wins, and of equals the first. An HTTP proxy for everything (`*`) is not for what this machine means
 * by itself (loopback, link-local and metadata addresses): such a target takes another route only where one names it. A
 * bastion (SOCKS) for everything is, as people mean its own loopback.
 */
export function createRouteTable(routes: readonly Route[]): ChooseRoute {
  if (routes.length === 0) return () => undefined
  const sorted = [...routes].sort((one, other) => other.hosts.rank - one.hosts.rank)
  return ({ scheme, host, port }) => {
    const found = sorted.find(
      (route) => (route.scheme === undefined || route.scheme === scheme) && route.hosts.matches(host, port),
    )
    const isForRest = found?.hosts.rank === 0 && found.via !== undefined && found.via.kind !== 'socks'
    return isForRest && isOfThisMachine(host) ? { ...found, via: undefined } : found
  }
}

/** `http://proxy.example.com:3128`: without its user, for people and logs. */
export function formatHop({ kind, host, port }: Pick<ProxyHop, 'kind' | 'host' | 'port'>): string {
  return `${kind === 'socks' ? 'socks5h' : kind}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`
}

function isOfThisMachine(host: string): boolean {
  return (isIP(host) === 0 ? nameKind(host) : addressKind(host)) !== undefined
}
