import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that listens on this machine alone. */
export interface Listening {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  /** Stops listening and drops every connection. */
  close(): Promise<void>
}

/** Rejects with Node's error (`EADDRINUSE`). @param port 0: a free one */
export function listen(server: Server, port = 0): Promise<Listening> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address() as AddressInfo
      resolve({ origin: `http://127.0.0.1:${address.port}`, close: () => close(server) })
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((closed) => {
    server.close(() => closed())
    server.closeAllConnections()
  })
}
