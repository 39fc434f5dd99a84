import type { Socket } from 'node:net'
import net from 'node:net'
import tls from 'node:tls'
import type { Dial } from './dial.js'
import { untilReady } from './until-ready.js'

export interface TlsOptions {
  /** PEM certificates trusted beside the system's. */
  readonly ca?: readonly string[]
  readonly connectTimeoutMs: number
}

/** The same way to the service, then TLS with full verification of its certificate. HTTP/1.1 only. */
export function createTlsDial(dial: Dial, { ca, connectTimeoutMs }: TlsOptions): Dial {
  const trusted = ca && [...tls.rootCertificates, ...ca]
  return async ({ host, port }) => {
    const socket: Socket = tls.connect({
      socket: await dial({ host, port }),
      host,
      servername: net.isIP(host) === 0 ? host.replace(/\.$/, '') : '',
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: true,
      ...(trusted && { ca: trusted }),
    })
    await untilReady(socket, 'secureConnect', connectTimeoutMs)
    return socket
  }
}
