import type { Socket } from 'node:net'
import { connectionOf } from './connection.js'
import type { ProxyContext } from './context.js'

/**
 * Node hands over the socket of a CONNECT or an upgrade even while a request before it (pipelined: no client does that)
 * waits for its answer, which would then come out in the middle of the tunnel. Such a connection is ended.
 */
export function endIfUnanswered(context: ProxyContext, socket: Socket): boolean {
  const { exchanges, waiting, isDistrusted } = connectionOf(context, socket)
  if (exchanges.size === 0 && waiting === 0 && !isDistrusted) return false
  socket.on('error', () => {})
  socket.destroy()
  return true
}
