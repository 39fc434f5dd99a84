import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { ProxyContext } from './context.js'

/**
 * client ↔ us ↔ service: bytes both ways until both are done, or either dies. `isDownAttached`: the way down to the
 * client is a read sink's already.
 */
export function splice({ tunnels }: ProxyContext, client: Socket, upstream: Socket, isDownAttached = false): void {
  for (const socket of [client, upstream]) {
    tunnels.add(socket)
    socket.on('close', () => tunnels.delete(socket))
  }
  passBytes(client, upstream)
  if (isDownAttached) upstream.resume()
  else passBytes(upstream, client)
  passEnd(client, upstream)
  passEnd(upstream, client)
}

/** One direction, held back by whoever is slower. */
function passBytes(from: Socket, to: Socket): void {
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.resume()
}

/** An end is passed on as an end, since the other direction may go on; a death as a death. It may have come before us. */
function passEnd(from: Socket, to: Socket): void {
  if (from.readableEnded) to.end()
  else if (from.destroyed) passDeath(to)
  from.on('end', () => to.end())
  from.on('error', () => {})
  from.on('close', (hadError) => {
    if (hadError || !from.readableEnded) passDeath(to)
  })
}

/** What has arrived is still delivered; then a reset, as the other end would have seen it without us. */
function passDeath(to: Socket): void {
  if (to.writableLength > 0) to.destroySoon()
  // TLS has no reset of its own.
  else if (to instanceof TLSSocket) to.destroy()
  else to.resetAndDestroy()
}
