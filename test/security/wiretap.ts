import net from 'node:net'
import type { Keeper } from '../support/cleanup.js'

/** A way to a service on which every byte is kept, in both directions. */
export interface Wiretap {
  /** Where the service is now. */
  readonly origin: string
  /** Since the last look. */
  take(): string
}

export async function tapWire(port: number, keep: Keeper): Promise<Wiretap> {
  let kept = ''
  const sockets = new Set<net.Socket>()
  const server = net.createServer((client) => {
    const service = net.connect(port, '127.0.0.1')
    for (const [from, to] of [
      [client, service],
      [service, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => {
        kept += bytes.toString('latin1')
      })
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  keep(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return {
    origin: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    take() {
      const all = kept
      kept = ''
      return all
    },
  }
}
