import type { Server } from 'node:http'
import type { ProxyContext } from './context.js'

const CHECK_EVERY_MS = 20

/** Stops accepting at once; requests in flight get the grace period; what is left then is cut off. */
export async function closeGracefully(servers: readonly Server[], context: ProxyContext): Promise<void> {
  const { tunnels, upstream, limits } = context
  const closed = Promise.all(servers.map(closeServer))
  for (const socket of tunnels) socket.end()
  // A kept-alive connection becomes idle when its answer ends, and nobody tells: so we look.
  const check = setInterval(() => servers.forEach((server) => void server.closeIdleConnections()), CHECK_EVERY_MS)
  const deadline = setTimeout(() => {
    for (const socket of tunnels) socket.destroy()
    for (const server of servers) server.closeAllConnections()
  }, limits.closeGraceMs)
  await closed
  clearInterval(check)
  clearTimeout(deadline)
  upstream.close()
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
