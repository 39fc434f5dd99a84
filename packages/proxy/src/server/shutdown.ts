import type { Server } from 'node:http'
import net from 'node:net'
import type { ProxyContext } from './context.js'

const CHECK_EVERY_MS = 20

/** Stops accepting at once; requests in flight get the grace period; what is left then is cut off. */
export async function closeGracefully(servers: readonly Server[], context: ProxyContext): Promise<void> {
  const closed = Promise.all(servers.map(stopAccepting))
  for (const socket of context.tunnels) socket.end()
  endIdle(context)
  // A kept-alive connection becomes idle when its answer ends, and nobody tells: so we look.
  const check = setInterval(endIdle, CHECK_EVERY_MS, context)
  const deadline = setTimeout(cutOff, context.limits.closeGraceMs, context)
  await closed
  clearInterval(check)
  clearTimeout(deadline)
  for (const socket of context.tunnels) socket.destroy()
  context.upstream.close()
}

/** Resolves once the last connection is closed. Not http's own close(): it cuts off answers that are still on their way. */
function stopAccepting(server: Server): Promise<void> {
  return new Promise((resolve) => net.Server.prototype.close.call(server, () => resolve()))
}

function endIdle({ clients, tunnels }: ProxyContext): void {
  for (const [socket, { exchanges }] of clients) {
    if (exchanges.size === 0 && !tunnels.has(socket)) socket.destroySoon()
  }
}

function cutOff({ clients, tunnels }: ProxyContext): void {
  for (const socket of [...clients.keys(), ...tunnels]) socket.destroy()
}
