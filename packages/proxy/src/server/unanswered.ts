import type { Socket } from 'node:net'
import { connectionOf } from './connection.js'
import type { ProxyContext } from './context.js'

/**
 * Node hands over the socket of a CONNECT or an upgrade even while a request before it (pipelined: no client does that)
 * waits for its answer, which would then come out in the middle of the tunnel. Such a connection is ended.
 */
export function endIfUnanswered(context: ProxyContext, socket: Socket): boolean {
  const { exchanges, waiting, isDistrusted } = connectionOf(context, socket)
  if (exchanges.size === 0 && waiting === 0 && !isDistrusted && !isAnswering(socket)) return false
  socket.on('error', () => {})
  socket.destroy()
  return true
}

/** Also an answer of our own, a 407 say, is under way until Node lets go of the socket for it: one answer alone may have that. */
function isAnswering(socket: Socket): boolean {
  return Boolean((socket as { _httpMessage?: unknown })._httpMessage)
}
