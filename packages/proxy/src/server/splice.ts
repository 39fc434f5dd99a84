import type { Duplex } from 'node:stream'
import type { ProxyContext } from './context.js'

/** client ↔ us ↔ service: bytes both ways until both are done, or either dies. */
export function splice({ tunnels }: ProxyContext, client: Duplex, upstream: Duplex): void {
  for (const socket of [client, upstream]) {
    tunnels.add(socket)
    socket.on('close', () => tunnels.delete(socket))
  }
  passBytes(client, upstream)
  passBytes(upstream, client)
  passEnd(client, upstream)
  passEnd(upstream, client)
}

/** One direction, held back by whoever is slower. */
export function passBytes(from: Duplex, to: Duplex): void {
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.resume()
}

/** An end is passed on as an end, since the other direction may go on; a death as a death. */
export function passEnd(from: Duplex, to: Duplex): void {
  from.on('end', () => to.end())
  from.on('error', () => to.destroy())
  from.on('close', () => {
    if (!from.readableEnded) to.destroy()
  })
}
