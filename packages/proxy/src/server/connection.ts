import type { Duplex } from 'node:stream'
import type { Exchange } from './exchange.js'

/** What we remember of one client connection. */
export interface ClientConnection {
  /** Requests whose answer is not complete. */
  readonly exchanges: Set<Exchange>
  /** URLs answered with a 307 after a login: once each, or a client without cookies would go round for ever. */
  readonly redirected: Set<string>
  /** A request here was not understood: what follows may be part of it, and is not looked at. */
  isDistrusted: boolean
}

const CONNECTIONS = new WeakMap<Duplex, ClientConnection>()

/** The memory of a client's socket. Follows it: when the client goes, `onGone` is told each request it leaves behind. */
export function followConnection(socket: Duplex, onGone: (exchange: Exchange) => void, graceMs: number): void {
  if (CONNECTIONS.has(socket)) return
  const connection: ClientConnection = { exchanges: new Set(), redirected: new Set(), isDistrusted: false }
  CONNECTIONS.set(socket, connection)
  socket.on('close', () => {
    for (const exchange of connection.exchanges) onGone(exchange)
    connection.exchanges.clear()
  })
  socket.on('end', () => giveUpUnlessReading(socket, connection, graceMs))
}

/** The connection a followed socket belongs to. */
export function connectionOf(socket: Duplex): ClientConnection {
  const connection = CONNECTIONS.get(socket)
  if (!connection) throw new TypeError('a socket that is not followed')
  return connection
}

/**
 * TCP does not tell a client that is done sending from one that is gone. The first still takes what we write, so: an
 * answer that comes within the grace period is written (and fails if nobody is there), a silent one is given up.
 */
function giveUpUnlessReading(socket: Duplex, { exchanges }: ClientConnection, graceMs: number): void {
  if (exchanges.size === 0) return
  const before = bytesWritten(socket)
  setTimeout(() => {
    if (exchanges.size > 0 && bytesWritten(socket) === before) socket.destroy()
  }, graceMs)
}

function bytesWritten(socket: Duplex): number {
  return (socket as Duplex & { bytesWritten?: number }).bytesWritten ?? 0
}
