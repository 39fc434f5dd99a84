import { randomBytes } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { SendToOrigin } from '../login/exchange.js'
import type { DestinationPolicy } from '../server/destinations.js'
import type { Dial, DialTarget } from './dial.js'
import { createDirectDial, type Resolve } from './direct.js'
import { createSendToOrigin } from './request.js'
import { createRouteTable, type ProxyHop, type Route, type RouteTarget } from './routes.js'
import type { SocksServer } from './socks.js'
import { createSocksDial } from './socks.js'
import { createHttpProxyWay, createWay, type RequestWay, type Way } from './way.js'

export interface UpstreamOptions {
  readonly destinationPolicy: DestinationPolicy
  /** The bastion: every connection that no route is for goes through it. @default none: services are dialled directly */
  readonly socks?: SocksServer
  /** Which hosts are reached how, in any order. @default none */
  readonly routes?: readonly Route[]
  /** PEM certificates trusted beside the system's for https services and proxies. */
  readonly ca?: readonly string[]
  /** All addresses of a name, for services that are dialled directly. @default the system's resolver */
  readonly resolve?: Resolve
  /** ms for each of connect, answer of a proxy and TLS handshake. @default 10_000 */
  readonly connectTimeoutMs?: number
}

/** The ways out: for each proxy, and for none, pools of connections over one kind of dial. */
export interface Upstream {
  /** Our name in Via, different for each process, so that a loop is known from a chain of two proxies. */
  readonly pseudonym: string
  /** The connections for a request. `isTunnelled`: they have to reach the service itself; see `Way`. @default false */
  wayOf(target: RouteTarget, isTunnelled?: boolean): RequestWay
  /** The same with a pool of its own, whose connections reach the service itself; whoever asks ends it. */
  createOwnWay(target: RouteTarget): RequestWay
  /** For tunnels. */
  readonly dial: Dial
  /** The same, with TLS and the service's certificate verified, for HTTP/1.1. */
  readonly dialTls: Dial
  /** The same, for what the service speaks: HTTP/1.1 if it does. To be given to `adoptTls`. */
  readonly dialService: (target: DialTarget) => Promise<TLSSocket>
  /** A connection of `dialService`, for the next request to this target. */
  readonly adoptTls: (target: DialTarget, socket: TLSSocket) => void
  /** A request to this https target would not have to wait for a connection. */
  readonly hasIdleTls: (target: DialTarget) => boolean
  readonly sendToOrigin: SendToOrigin
  /** Ends every connection, pooled or in use. */
  close(): void
}

export function createUpstream(options: UpstreamOptions): Upstream {
  const { socks, routes = [] } = options
  const pseudonym = `iam-auth-proxy-${randomBytes(6).toString('hex')}`
  const chooseRoute = createRouteTable(routes)
  const rest = socks === undefined ? createDirectWay(options) : createSocksWay(socks, options)
  // `direct` is a wish of its own beside a bastion for the rest.
  const direct = socks === undefined ? rest : createDirectWay(options)
  const behind = new Map(hopsOf(routes).map((hop) => [hop, createHopWay(hop, pseudonym, options)]))
  const wayTo = (target: RouteTarget): Way => {
    const route = chooseRoute(target)
    if (route === undefined) return rest
    return (route.via && behind.get(route.via)) ?? direct
  }
  const wayOf: Upstream['wayOf'] = (target, isTunnelled = false) => wayTo(target).forRequest(target.scheme, isTunnelled)
  return {
    pseudonym,
    wayOf,
    createOwnWay: (target) => wayTo(target).createOwn(target.scheme),
    dial: (target) => wayTo({ ...target, scheme: likelyScheme(target) }).dial(target),
    dialTls: (target) => wayTo({ ...target, scheme: 'https' }).dialTls(target),
    dialService: (target) => wayTo({ ...target, scheme: 'https' }).dialService(target),
    adoptTls(target, socket) {
      const { http1, http2 } = wayOf({ ...target, scheme: 'https' })
      if (socket.alpnProtocol === 'h2') http2?.adopt(target, socket)
      else http1.adopt(target, socket)
    },
    hasIdleTls(target) {
      const { http1, http2 } = wayOf({ ...target, scheme: 'https' })
      return http1.hasIdle(target) || (http2?.has(target) ?? false)
    },
    sendToOrigin: createSendToOrigin(wayOf),
    close() {
      for (const way of new Set([rest, direct, ...behind.values()])) way.close()
    },
  }
}

/** Nothing but its port tells what a tunnel is for. */
function likelyScheme({ port }: DialTarget): 'http' | 'https' {
  return port === 80 ? 'http' : 'https'
}

function hopsOf(routes: readonly Route[]): ProxyHop[] {
  return routes.flatMap(({ via }) => via ?? [])
}

const CONNECT_TIMEOUT_MS = 10_000

function timeoutOf({ connectTimeoutMs = CONNECT_TIMEOUT_MS }: UpstreamOptions): number {
  return connectTimeoutMs
}

function tlsOf(options: UpstreamOptions) {
  return { connectTimeoutMs: timeoutOf(options), ...(options.ca && { ca: options.ca }) }
}

function createDirectWay(options: UpstreamOptions): Way {
  const { destinationPolicy, resolve } = options
  const dial = createDirectDial({
    destinationPolicy,
    connectTimeoutMs: timeoutOf(options),
    ...(resolve && { resolve }),
  })
  return createWay(dial, tlsOf(options))
}

function createSocksWay(server: SocksServer, options: UpstreamOptions): Way {
  const { destinationPolicy } = options
  return createWay(createSocksDial({ server, destinationPolicy, connectTimeoutMs: timeoutOf(options) }), tlsOf(options))
}

function createHopWay(hop: ProxyHop, pseudonym: string, options: UpstreamOptions): Way {
  const { host, port, user, password } = hop
  if (hop.kind === 'socks') {
    const auth = user === undefined ? {} : { user, password: password?.reveal() ?? '' }
    return createSocksWay({ host, port, ...auth }, options)
  }
  const { destinationPolicy, ca } = options
  const own = { hop, destinationPolicy, connectTimeoutMs: timeoutOf(options), ...(ca && { ca }), pseudonym }
  return createHttpProxyWay(own, tlsOf(options))
}
