import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { createActivity } from './activity/activity.js'
import type { Env, HostPort, ProxyConfig } from './config/config.js'
import { socksOption } from './config/socks-proxy.js'
import type { GatewaySite } from './gateway/front.js'
import { listenOnLoopback } from './gateway/listen.js'
import type { Log } from './log.js'
import { loginWhenNeeded } from './login/when-needed.js'
import { createMfa } from './mfa/mfa.js'
import type { TerminalPrompt } from './mfa/on-terminal.js'
import { createOwnPages } from './own/own-pages.js'
import { proxyPacRoute } from './own/proxy-pac.js'
import { createAuthorityWatch } from './own/status/authority-watch.js'
import { createIdentityCheck } from './own/status/identity-check.js'
import { statusRoutes } from './own/status/status-routes.js'
import { promptOnTerminal } from './prompt/mfa.js'
import { createOwnUserCheck } from './server/admission.js'
import { createDestinationPolicy } from './server/destinations.js'
import { createUidOfPeer } from './server/peer-uid.js'
import { createProxyServer, type ProxyServer } from './server/proxy-server.js'
import { warmUp } from './server/warm-up.js'
import { createInterception } from './tls/interception.js'
import { createLiveTrust } from './trust/live.js'
import type { TrustFiles } from './trust/paths.js'
import { createUpstream } from './upstream/upstream.js'
import { readVersion } from './version.js'

/** A proxy that listens. */
export interface RunningProxy {
  readonly address: HostPort
  /** Stops accepting, lets requests in flight end, then ends everything. */
  close(): Promise<void>
}

/**
 * A proxy that listens. Rejects with ConfigError where the trust files cannot be used, with the system's error (`EADDRINUSE`,
 * `EACCES`) where it cannot listen.
 *
 * @param env says where this user's programs keep whom they trust, for the status page. @default the usual places
 */
export async function startProxy(
  config: ProxyConfig,
  log: Log,
  prompt: TerminalPrompt = promptOnTerminal,
  env: Env = {},
): Promise<RunningProxy> {
  const { server, getReady } = await createProxy(config, log, { prompt, env })
  const { address } = await server.listen(config.bind.host, config.bind.port)
  getReady()
  return { address: { host: address.address, port: address.port }, close: server.close }
}

/** Sites at addresses of this machine, on a port of loopback: 0 picks one. */
export interface GatewayPlan {
  readonly sites: readonly GatewaySite[]
  readonly port: number
}

/** The same for a gateway: no proxy, but the sites that it is for, wherever they are. Rejects alike. */
export async function startGateway(config: ProxyConfig, { sites, port }: GatewayPlan, log: Log): Promise<RunningProxy> {
  const { server, getReady } = await createProxy(config, log, { prompt: promptOnTerminal, env: {} }, sites)
  const listen = (host: string, at: number) => server.listenAsGateway(host, at, sites)
  try {
    const address = await listenOnLoopback(listen, port)
    getReady()
    return { address, close: server.close }
  } catch (error) {
    await server.close()
    throw error
  }
}

interface Proxy {
  readonly server: ProxyServer
  /** For after the listening line: loads what somebody would wait for later. */
  getReady(): void
}

/** ms after which what only logins need is loaded: a script's first requests are through by then. */
const LOGIN_LOADED_AFTER_MS = 300

/** The wiring, but for what a login takes (`wire-login.ts`), which is loaded later. */
async function createProxy(
  config: ProxyConfig,
  log: Log,
  { prompt, env }: { prompt: TerminalPrompt; env: Env },
  sites?: readonly GatewaySite[],
): Promise<Proxy> {
  const { trust: flags, trustFiles: files } = config
  // Whoever starts a gateway has named its sites, and wants them reached wherever they are.
  const isNamed = (host: string, port: number) =>
    sites?.some(({ site }) => site.host === host && site.port === port) ?? false
  const trust = createLiveTrust({ flags, files, uid: process.getuid?.() }, log)
  const destinationPolicy = createDestinationPolicy({
    allowLoopback: config.allowLoopback,
    isTrusted: (host, port) => isNamed(host, port) || trust.namesAuthority(host, port),
  })
  const ca = config.upstreamCa.length === 0 ? {} : { ca: config.upstreamCa }
  const ways = { ...socksOption(config.socksProxy), routes: config.upstreamRoutes }
  const upstream = createUpstream({ destinationPolicy, ...ca, ...ways })
  const mfa = createMfa({ prompt, log, now: Date.now, randomBytes, first: config.credentials.mfa })
  const activity = createActivity(trust.coversOrigin, Date.now)
  const login = loginWhenNeeded(async () => {
    const aws = { routes: config.upstreamRoutes, destinationPolicy, ...ca }
    const { wireLogin } = await import('./wire-login.js')
    return wireLogin({ config, aws, trust, send: upstream.sendToOrigin, mfa, activity, log })
  }, log)
  const clients = clientsOf(config, log)
  const interception = await createInterception({ ...authorityOf(files), now: Date.now, log })
  const strict = config.onlyTrusted ? { onlyTrusted: trust } : {}
  const identity = createIdentityCheck({ source: login.identity, config, activity, asked: mfa.asked })
  const trusted = () => trust.entries().map(({ name }) => name)
  const look = async () =>
    (await import('./commands/ca-look.js')).lookAtAuthority({ ...authorityOf(files), trusted: trusted(), env })
  const authority = createAuthorityWatch({ look, monotonicMs: () => performance.now() })
  const about = { version: readVersion(), startedAt: Date.now(), now: Date.now, config }
  const status = statusRoutes({ ...about, activity, trust, sessions: login.layer.sessions, identity, authority })
  // A gateway has no pages of a proxy, but a person may have to type a code.
  const routes = sites ? mfa.routes : [...status, proxyPacRoute(trust), ...mfa.routes]
  const ownPages = createOwnPages({ routes, log })
  const tunnels = { trusted: trust, interception }
  const paths = { login: login.layer, upstream, destinationPolicy, log, observer: activity, ownPages }
  const getReady = () => {
    setImmediate(warmUp)
    setTimeout(() => void login.getReady(), LOGIN_LOADED_AFTER_MS).unref()
  }
  return { server: createProxyServer({ ...paths, ...tunnels, ...clients, ...strict }), getReady }
}

/** The authority lies beside what the user trusts. */
function authorityOf({ user }: TrustFiles) {
  return { configFolder: dirname(user), uid: process.getuid?.() }
}

/** Who may use the proxy: whoever has its password; without one, where the system can tell, its own user. */
function clientsOf({ proxyAuth }: ProxyConfig, log: Log) {
  if (proxyAuth !== undefined) return { proxyAuth: { user: proxyAuth.username, password: proxyAuth.password.reveal() } }
  const ownUid = process.platform === 'linux' ? process.getuid?.() : undefined
  return ownUid === undefined ? {} : { admit: createOwnUserCheck({ uidOfPeer: createUidOfPeer(), ownUid, log }) }
}
