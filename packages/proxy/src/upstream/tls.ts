import net from 'node:net'
import tls from 'node:tls'
import { type Dial, type DialTarget, UpstreamError } from './dial.js'
import { trustContextFor } from './trust-context.js'
import { untilReady } from './until-ready.js'

export interface TlsOptions {
  /** PEM certificates trusted beside the system's. */
  readonly ca?: readonly string[]
  readonly connectTimeoutMs: number
}

/** As `Dial`, for one of `protocols` inside: what the service chose is the socket's `alpnProtocol`. */
export type TlsDial = (
  target: Pick<DialTarget, 'host' | 'port'>,
  protocols: readonly ('h2' | 'http/1.1')[],
) => Promise<tls.TLSSocket>

/** The same way to the service, then TLS with full verification of its certificate. */
export function createTlsDial(dial: Dial, { ca, connectTimeoutMs }: TlsOptions): TlsDial {
  return async ({ host, port }, protocols) => {
    const socket = tls.connect({
      socket: await dial({ host, port }),
      host,
      servername: net.isIP(host) === 0 ? host.replace(/\.$/, '') : '',
      ALPNProtocols: [...protocols],
      rejectUnauthorized: true,
      secureContext: trustContextFor(ca),
    })
    const issuer = noteIssuer(socket)
    try {
      await untilReady(socket, 'secureConnect', connectTimeoutMs)
    } catch (error) {
      throw naming(error as NodeJS.ErrnoException, issuer())
    }
    return socket
  }
}

/** RFC 7301 §3.2: the service speaks none of the protocols that it was offered. */
export function isProtocolRefusal({ code }: NodeJS.ErrnoException): boolean {
  return code?.endsWith('ALERT_NO_APPLICATION_PROTOCOL') ?? false
}

/** Who says that this certificate is right: asked for before Node refuses it, since it is gone with the connection. */
function noteIssuer(socket: tls.TLSSocket): () => string | undefined {
  let issuer: string | undefined
  socket.prependOnceListener('secure', () => {
    const { O, CN } = socket.getPeerCertificate()?.issuer ?? {}
    issuer = printable([CN, O].flat().find((name) => name !== undefined))
  })
  return () => issuer
}

/** The same error; where it is about a certificate, and that has an issuer, it says whose it is. */
function naming(error: NodeJS.ErrnoException, issuer: string | undefined): Error {
  if (issuer === undefined || error.code === undefined) return error
  return new UpstreamError(error.code, `${error.message}; issued by "${issuer}"`, { cause: error })
}

/** A stranger chose it, and a page and a terminal show it. */
function printable(name: string | undefined): string | undefined {
  return name?.replaceAll(/[^\x20-\x7e\xa0-\uffff]|"/g, '?').slice(0, 100)
}
