import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { createServer } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { connectionOf } from './connection.js'
import type { ProxyContext } from './context.js'
import { abandonExchange } from './exchange.js'
import { forward } from './forward.js'
import { createHttp2Answer } from './http2-answer.js'
import { createHttp2Message } from './http2-message.js'

/** Bytes under way in one stream, and in one connection: the protocol's own 64 KiB would slow every upload down. */
const WINDOW_BYTES = 1024 * 1024
const CONNECTION_WINDOW_BYTES = 4 * WINDOW_BYTES

/** Clients that speak HTTP/2 with us, inside TLS. Towards the service their requests are HTTP/1.1. */
export function createHttp2Sessions(context: ProxyContext): { accept(client: TLSSocket): void } {
  const server = createServer({
    settings: { enablePush: false, maxConcurrentStreams: 250, initialWindowSize: WINDOW_BYTES },
    // Node's limit of 128 is less than a page of cookies may have: its 64 KiB of header size are the limit.
    maxHeaderListPairs: 2000,
  })
  const clients = new WeakMap<ServerHttp2Session, TLSSocket>()
  server.on('session', (session) => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES))
  server.on('sessionError', () => {})
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw?: string[]) => {
    const socket = clients.get(stream.session as ServerHttp2Session)
    if (socket) receive(context, socket, stream, headers, raw ?? [])
  })
  return {
    accept(client) {
      server.once('session', (session) => clients.set(session, client))
      server.emit('connection', client)
    },
  }
}

function receive(
  context: ProxyContext,
  socket: TLSSocket,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
): void {
  stream.on('error', () => {})
  const request = createHttp2Message(stream, { headers, rawHeaders, socket })
  const response = createHttp2Answer(stream, request)
  stream.once('close', () => {
    for (const exchange of connectionOf(context, socket).exchanges) {
      if (exchange.response === response) abandonExchange(exchange)
    }
  })
  forward(context, request, response)
}
