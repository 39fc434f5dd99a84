import type { SendToOrigin } from '../login/exchange.js'
import type { DestinationPolicy } from '../server/destinations.js'
import type { Dial } from './dial.js'
import { createDirectDial } from './direct.js'
import { createSendToOrigin } from './request.js'
import { RouteAgent } from './route-agent.js'
import type { SocksServer } from './socks.js'
import { createSocksDial } from './socks.js'
import { createTlsDial } from './tls.js'

export interface UpstreamOptions {
  readonly destinationPolicy: DestinationPolicy
  /** The bastion: every connection goes through it. @default none: services are dialled directly */
  readonly socks?: SocksServer
  /** PEM certificates trusted beside the system's for https services. */
  readonly ca?: readonly string[]
  /** ms for each of connect, SOCKS answer and TLS handshake. @default 10_000 */
  readonly connectTimeoutMs?: number
}

/** The way out: one pool of connections per scheme over one kind of dial. */
export interface Upstream {
  readonly agents: { readonly http: RouteAgent; readonly https: RouteAgent }
  /** For tunnels. */
  readonly dial: Dial
  /** The same, with TLS and the service's certificate verified. */
  readonly dialTls: Dial
  readonly sendToOrigin: SendToOrigin
  /** Ends every connection, pooled or in use. */
  close(): void
}

export function createUpstream({ destinationPolicy, socks, ca, connectTimeoutMs = 10_000 }: UpstreamOptions): Upstream {
  const dial = socks
    ? createSocksDial({ server: socks, destinationPolicy, connectTimeoutMs })
    : createDirectDial({ destinationPolicy, connectTimeoutMs })
  const dialTls = createTlsDial(dial, { connectTimeoutMs, ...(ca && { ca }) })
  const agents = { http: new RouteAgent('http', dial), https: new RouteAgent('https', dialTls) }
  return {
    agents,
    dial,
    dialTls,
    sendToOrigin: createSendToOrigin(agents),
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}
