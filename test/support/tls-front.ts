import { chmod, writeFile } from 'node:fs/promises'
import net, { type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import tls from 'node:tls'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from '../../packages/proxy/test/upstream/localhost-certificate.js'
import type { Keeper } from './cleanup.js'
import { makeDirectory } from './temporary-directory.js'

/** What a load balancer does for a service: real TLS in front of it. */
export interface TlsFront {
  /** `https://localhost:<port>` */
  readonly origin: string
  /** Where the bytes inside go: to be called once the service is there, which has to know its origin first. */
  leadTo(port: number): void
}

export async function startTlsFront(keep: Keeper): Promise<TlsFront> {
  let target = 0
  const open = new Set<Socket>()
  const server = tls.createServer({ key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE }, (client) => {
    const service = net.connect(target, '127.0.0.1')
    for (const socket of [client, service]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => open.delete(socket))
    }
    client.pipe(service).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  keep(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `https://localhost:${port}`,
    leadTo: (to) => {
      target = to
    },
  }
}

/** The file for `--upstream-ca`. */
export async function certificateFile(keep: Keeper): Promise<string> {
  const file = join(await makeDirectory(keep), 'localhost.pem')
  await writeFile(file, LOCALHOST_CERTIFICATE)
  await chmod(file, 0o600)
  return file
}
