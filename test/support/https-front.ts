import net, { type AddressInfo } from 'node:net'
import tls from 'node:tls'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from '../../packages/proxy/test/upstream/localhost-certificate.js'
import type { Keeper } from './cleanup.js'

/** The load balancer before a service that speaks http: TLS for `localhost`, with a certificate that nobody knows. */
export interface HttpsFront {
  /** `https://localhost:<port>` */
  readonly origin: string
  readonly certificate: string
  /** Where requests go from now on. */
  passTo(port: number): void
}

export async function startHttpsFront(keep: Keeper): Promise<HttpsFront> {
  let behind = 0
  const open = new Set<net.Socket>()
  const server = tls.createServer({ key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE }, (client) => {
    const service = net.connect(behind, '127.0.0.1')
    for (const [one, other] of [
      [client, service],
      [service, client],
    ] as const) {
      open.add(one)
      one.on('error', () => other.destroy()).on('close', () => open.delete(one))
    }
    client.pipe(service).pipe(client)
  })
  server.listen(0, 'localhost')
  await new Promise((resolve) => server.once('listening', resolve))
  keep(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `https://localhost:${port}`,
    certificate: LOCALHOST_CERTIFICATE,
    passTo: (to) => {
      behind = to
    },
  }
}
