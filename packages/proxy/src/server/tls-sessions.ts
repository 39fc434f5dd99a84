import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import tls from 'node:tls'
import { ADMITTED } from './admission.js'
import { followConnection } from './connection.js'
import type { ProxyContext } from './context.js'
import { abandonExchange } from './exchange.js'
import { createHttp2Sessions } from './http2-sessions.js'
import type { Authority } from './target.js'

/** Takes over a client whose hello is to be read first. */
export type AcceptTls = (client: Socket, site: Authority) => void

/** ms for a client's handshake. */
const HANDSHAKE_TIMEOUT_MS = 15_000

/** One TLS server for all sites: it never listens, and is handed connections whose hello is still to be read. */
export function createTlsSessions(context: ProxyContext, server: Server): AcceptTls {
  const contextFor = async (name: string) => {
    if (!context.interception) throw new RangeError('there is no authority')
    return context.interception.secureContextFor(name)
  }
  const sites = new WeakMap<Socket, Authority>()
  const http2 = createHttp2Sessions(context)
  const tlsServer = tls.createServer({
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    // TLS tells of a half-closed connection, too: a client that is done sending still wants its answer.
    allowHalfOpen: true,
    SNICallback: (name, done) => {
      contextFor(name.toLowerCase()).then((secureContext) => done(null, secureContext), done)
    },
  })
  tlsServer.on('secureConnection', (client) => {
    const site = sites.get(underlying(client))
    if (!site) return void client.destroy()
    context.tunnels.delete(underlying(client))
    const isHttp2 = client.alpnProtocol === 'h2'
    followConnection(context, client, abandonExchange, { site, isHttp2, admission: ADMITTED })
    if (isHttp2) http2.accept(client)
    else server.emit('connection', client)
  })
  const report = createDistrustReport(context)
  tlsServer.on('tlsClientError', (error, client) => {
    report(error, sites.get(underlying(client)))
    underlying(client).destroy()
  })
  return (client, site) => {
    sites.set(client, site)
    // It is the TLS connection that has requests now; until it stands nobody else knows of this one.
    context.clients.delete(client)
    context.tunnels.add(client)
    client.once('close', () => context.tunnels.delete(client))
    tlsServer.emit('connection', client)
  }
}

/** Node keeps it in a property that its types do not name. */
function underlying(client: TLSSocket): Socket {
  return (client as unknown as { _parent: Socket })._parent
}

/** OpenSSL's names for a client that does not believe our certificate. */
const DISTRUST = /UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN/

/** Once an origin: a tool without our root tries again and again. */
function createDistrustReport({ log }: ProxyContext) {
  const reported = new Set<string>()
  return ({ code = '' }: NodeJS.ErrnoException, site: Authority | undefined) => {
    const origin = site?.origin ?? 'unknown'
    if (!DISTRUST.test(code) || reported.has(origin)) {
      log.debug({ origin, error: code }, 'TLS with a client failed')
      return
    }
    if (reported.size < REPORT_LIMIT) reported.add(origin)
    log.warn(
      { origin, error: code },
      'a client does not trust the local authority: iam-auth-proxy ca status shows where it is installed',
    )
  }
}

const REPORT_LIMIT = 1000
