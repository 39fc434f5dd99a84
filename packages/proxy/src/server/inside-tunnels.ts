import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { connectionOf } from './connection.js'
import type { ProxyContext } from './context.js'
import type { Authority } from './target.js'
import type { AcceptTls } from './tls-sessions.js'

/** Where clients go on to speak HTTP with us, once their tunnel stands. Each takes the bytes that are read already. */
export interface InsideTunnels {
  acceptHttp(client: Socket, site: Authority, bytes: Buffer): void
  /** Only where there is an `interception`. */
  acceptTls(client: Socket, site: Authority, bytes: Buffer): Promise<void>
}

/** `server` reads the HTTP/1 of all of them, with the same strictness as that of the listener. */
export function createInsideTunnels(context: ProxyContext, server: Server): InsideTunnels {
  let sessions: Promise<AcceptTls> | undefined
  return {
    acceptHttp(client, site, bytes) {
      connectionOf(context, client).site = site
      client.unshift(bytes)
      server.emit('connection', client)
      client.resume()
    },
    async acceptTls(client, site, bytes) {
      // Most proxies listen before this is needed, and many never need it.
      sessions ??= import('./tls-sessions.js').then(({ createTlsSessions }) => createTlsSessions(context, server))
      const accept = await sessions
      if (client.destroyed) return
      client.unshift(bytes)
      accept(client, site)
    },
  }
}
