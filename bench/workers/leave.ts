import type net from 'node:net'
import { TLSSocket } from 'node:tls'

/**
 * Ends a connection without an end of its own: whoever ends first keeps it in TIME_WAIT for a minute, and of tens of thousands the next
 * contender would feel the kernel's tables.
 */
export function leave(socket: net.Socket): void {
  // TLS has no reset.
  if (socket instanceof TLSSocket) socket.destroy()
  else socket.resetAndDestroy()
}
