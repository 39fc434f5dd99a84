/**
 * A forward proxy that does on the wire what version 1's first client does, written from the wire description alone: it
 * shares no code with this repository's proxy, so that the two cannot be wrong together.
 *
 * Not played: content-type sniffing, holding back slow chunks, MFA, `--assume-role-arn`, upstream proxies.
 */
import http, { type IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type OriginalClientStats, type Shared, serve } from './client/exchange.js'
import { type AwsOptions, createSealer } from './client/session-token.js'
import { tunnel } from './client/tunnel.js'

/** Listens on a free port of 127.0.0.1. Every challenge is answered, whoever sent it: the original has no allow list. */
export async function startOriginalClient(options: AwsOptions) {
  const stats = createStats()
  const sealer = createSealer(options, stats.calls)
  const server = createProxyServer({ sealer, stats })
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    port: (server.address() as AddressInfo).port,
    stats: stats as Readonly<OriginalClientStats>,
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
      sealer.close()
    },
  }
}

function createStats(): OriginalClientStats {
  const calls = { GetCallerIdentity: 0, GetSessionToken: 0, Encrypt: 0 }
  return { requests: 0, tunnels: 0, challenges: 0, redirects: 0, refusals: 0, calls }
}

function createProxyServer(shared: Shared): http.Server {
  const server = http.createServer((request, reply) => serve(request, reply, shared))
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    const reply = new ServerResponse(request)
    reply.shouldKeepAlive = false
    reply.assignSocket(socket)
    reply.once('finish', () => socket.end())
    serve(request, reply, shared)
  })
  server.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    shared.stats.tunnels++
    tunnel(request, socket, head)
  })
  return server
}
