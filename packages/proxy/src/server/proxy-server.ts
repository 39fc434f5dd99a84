import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createFronts, type Front, type GatewaySite } from '../gateway/front.js'
import type { Log } from '../log.js'
import type { LoginLayer } from '../login/exchange.js'
import type { OwnPages } from '../own/own-pages.js'
import type { Upstream } from '../upstream/upstream.js'
import type { Admission } from './admission.js'
import { ADMITTED } from './admission.js'
import { answerClientError } from './client-error.js'
import { readPastStreams } from './client-reads.js'
import { followConnection } from './connection.js'
import type { Interception, ProxyContext, ProxyLimits, TrafficObserver } from './context.js'
import { DEFAULT_LIMITS } from './context.js'
import type { DestinationPolicy } from './destinations.js'
import { abandonExchange } from './exchange.js'
import { forward } from './forward.js'
import { createInsideTunnels } from './inside-tunnels.js'
import type { TrustedDestinations } from './only-trusted.js'
import type { ProxyAuth } from './proxy-auth.js'
import { createProxyAuthCheck } from './proxy-auth.js'
import { closeGracefully } from './shutdown.js'
import { tunnel } from './tunnel.js'
import { upgrade } from './upgrade.js'

export interface ProxyServerDeps {
  readonly login: LoginLayer
  readonly upstream: Upstream
  /** The same one the upstream was made with: it learns our own address here. */
  readonly destinationPolicy: DestinationPolicy
  readonly log: Log
  /** Told of what came through and what did not. @default nobody */
  readonly observer?: TrafficObserver
  /** @default none: whoever reaches the listener may use the proxy */
  readonly proxyAuth?: ProxyAuth
  /** Who may use a connection, told by its socket. @default everybody */
  readonly admit?: (client: Socket) => Admission
  /** @default everything that the destination policy allows is forwarded */
  readonly onlyTrusted?: TrustedDestinations
  /** What we answer where we are meant ourselves. @default a static 421 */
  readonly ownPages?: OwnPages
  /** Services whose plain HTTP is read inside tunnels, too. @default none's but on port 80 */
  readonly trusted?: TrustedDestinations
  /** What speaks TLS in the place of trusted services. @default nothing: TLS is tunnelled */
  readonly interception?: Interception
  readonly limits?: Partial<ProxyLimits>
}

export interface ProxyServer {
  /** May be called again for another address. Rejects with the system's error (EADDRINUSE). Port 0 picks one. */
  listen(host: string, port: number): Promise<{ address: AddressInfo }>
  /** The same for a listener that is no proxy: it has these sites only, each at a name of this machine. */
  listenAsGateway(host: string, port: number, sites: readonly GatewaySite[]): Promise<{ address: AddressInfo }>
  /** Stops accepting, lets requests in flight end within the grace period, then ends everything. */
  close(): Promise<void>
}

/** The data path: client → us → service, with the login layer asked about challenges. */
export function createProxyServer(deps: ProxyServerDeps): ProxyServer {
  const context: ProxyContext = {
    login: deps.login,
    upstream: deps.upstream,
    log: deps.log,
    observer: deps.observer ?? NOBODY,
    limits: { ...DEFAULT_LIMITS, ...deps.limits },
    pseudonym: deps.upstream.pseudonym,
    isAuthorized: deps.proxyAuth && createProxyAuthCheck(deps.proxyAuth),
    onlyTrusted: deps.onlyTrusted,
    ownPages: deps.ownPages,
    trusted: deps.trusted,
    interception: deps.interception,
    admit: deps.admit ?? (() => ADMITTED),
    clients: new Map(),
    tunnels: new Set(),
  }
  const servers: Server[] = []
  const open = async (server: Server, host: string, port: number) => {
    await listening(server, host, port)
    servers.push(server)
    const address = server.address() as AddressInfo
    deps.destinationPolicy.addOwnListener(address.address, address.port)
    return { address }
  }
  return {
    listen: (host, port) => open(createListener(context), host, port),
    async listenAsGateway(host, port, sites) {
      // Nobody is let through to anything while it is empty.
      const fronts: Front[] = []
      const { address } = await open(createListener(context, fronts), host, port)
      fronts.push(...createFronts(sites, address.port))
      return { address }
    },
    close: () => closeGracefully(servers, context),
  }
}

const NOBODY: TrafficObserver = { answered: () => {}, connected: () => {}, failed: () => {} }

/** Strict parsing, patient with uploads, forgetful of clients that never send. */
const LISTENER_OPTIONS = {
  insecureHTTPParser: false,
  // We say it ourselves, in words.
  requireHostHeader: false,
  headersTimeout: 60_000,
  requestTimeout: 0,
  // Clients whose machine has gone are found by TCP: with Linux' defaults after 60 s and nine probes.
  keepAlive: true,
  keepAliveInitialDelay: 60_000,
  highWaterMark: 256 * 1024,
} as const

/** ms that a client may idle where strangers reach the listener, which is where it has a password. */
const STRANGERS_IDLE_MS = 65_000

function createListener(context: ProxyContext, fronts?: readonly Front[]): Server {
  // Elsewhere it may stay: nobody races its next request against our close, and no request arms a timer (3 % of one).
  const keepAliveTimeout = context.isAuthorized === undefined ? 0 : STRANGERS_IDLE_MS
  const server = createServer({ ...LISTENER_OPTIONS, keepAliveTimeout })
  // Without it Node silently drops the headers after the thousandth; the 16 KiB of header size are the limit.
  server.maxHeadersCount = 0
  // A client that is done sending still wants its answer.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.on('connection', (socket) => followConnection(context, socket, abandonExchange, { fronts }))
  readPastStreams(server)
  server.on('clientError', (error, socket) => answerClientError(context, error, socket as Socket))
  server.on('request', (request, response) => forward(context, request, response))
  server.on('checkContinue', (request, response) => forward(context, request, response))
  server.on('checkExpectation', (request, response) => forward(context, request, response))
  const inside = createInsideTunnels(context, server)
  server.on('connect', (request, socket, head) => void tunnel(context, inside, request, socket as Socket, head))
  server.on('upgrade', (request, socket, head) => upgrade(context, server, request, socket as Socket, head))
  return server
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}
