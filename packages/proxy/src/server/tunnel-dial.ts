import type { Socket } from 'node:net'
import { formatHostPort } from '../config/host-port.js'
import type { ReadSink } from '../upstream/dial.js'
import type { ProxyContext } from './context.js'
import { failureOf, refusalFor } from './statuses.js'
import type { Authority } from './target.js'

/** A CONNECT that has passed its checks and waits for its answer. */
export interface OpenTunnel {
  readonly client: Socket
  readonly authority: Authority
  /** What the client has sent by then, in order. Pauses the client. */
  readonly takeEarlyBytes: () => Buffer[]
}

export const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n'

export interface TunnelDialOptions {
  readonly sink?: ReadSink
  /** With TLS, and the service's certificate verified. @default false */
  readonly secure?: boolean
}

/** The other end of a tunnel. Throws Refusal. */
export async function dialTunnel(
  { upstream, log, observer }: ProxyContext,
  { host, port }: Authority,
  { sink, secure = false }: TunnelDialOptions = {},
): Promise<Socket> {
  try {
    const target = { host, port, ...(sink && { sink, allowHalfOpen: true }) }
    const socket = await (secure ? upstream.dialService(target) : upstream.dial(target))
    observer.connected()
    // Its error is also its close; without a listener it would end the process while the client is still silent.
    socket.on('error', () => {})
    return socket
  } catch (error) {
    const refusal = refusalFor(error as Error, formatHostPort({ host, port }))
    const { status, proxyError, request } = refusal
    log.info({ host, port, status, error: proxyError, request }, 'tunnel failed')
    observer.failed(failureOf(refusal, error as Error, formatHostPort({ host, port })))
    throw refusal
  }
}
