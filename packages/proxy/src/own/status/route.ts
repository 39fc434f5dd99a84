import type { ProxyConfig } from '../../config/config.js'
import { formatHostPort } from '../../config/host-port.js'
import { formatHop } from '../../upstream/routes.js'

/** How services are reached. */
export interface StatusRoute {
  /** What no route is for. */
  readonly kind: 'direct' | 'socks'
  /** Of the SOCKS proxy. */
  readonly address?: string
  /** By the hosts they are for; `via` is `direct` or a proxy's URL without its user. */
  readonly routes?: readonly { readonly hosts: string; readonly via: string }[]
}

export function readRoute({
  socksProxy,
  upstreamRoutes,
}: Pick<ProxyConfig, 'socksProxy' | 'upstreamRoutes'>): StatusRoute {
  const routes = upstreamRoutes.map(({ hosts, scheme, via }) => ({
    hosts: scheme === undefined ? hosts.text : `${scheme}://${hosts.text}`,
    via: via === undefined ? 'direct' : formatHop(via),
  }))
  return socksProxy === undefined
    ? { kind: 'direct', routes }
    : { kind: 'socks', address: formatHostPort(socksProxy), routes }
}

/** As the end of a sentence that begins with "Services are reached". */
export function describeRoute({ kind, address, routes = [] }: StatusRoute): string {
  const rest = kind === 'direct' ? 'directly' : `through the SOCKS proxy at ${address}`
  const named = routes.map(({ hosts, via }) => `${hosts} ${via === 'direct' ? 'directly' : `through ${via}`}`)
  if (named.length === 0) return rest
  const names = routes.map(({ hosts }) => hosts)
  const hasRest = names.includes('*') || (names.includes('http://*') && names.includes('https://*'))
  return hasRest ? named.join(', ') : [...named, `all else ${rest}`].join(', ')
}
