import type { TLSSocket } from 'node:tls'
import { formatHostPort } from '../config/host-port.js'
import type { Http1Pool } from './http1/pool.js'
import type { Http2Pool } from './http2-pool.js'
import { createHttp2Request } from './http2-request.js'
import { createKnownProtocols } from './known-protocols.js'
import type { OutgoingRequest, UpstreamRequest } from './message.js'
import { isProtocolRefusal, type TlsDial } from './tls.js'

interface Target {
  readonly host: string
  readonly port: number
}

/** HTTP/2 over one way out: what its services speak, and connections to those that need it. Loads node:http2 with the first. */
export interface Http2Way {
  /** Whether a request is for `request`: it needs HTTP/2, and the service may speak it; or the service speaks nothing else. */
  isFor(target: Target, needsHttp2: boolean): boolean
  /** @param fallBack the same request in HTTP/1.1, where the service turns out to speak no HTTP/2 */
  request(outgoing: OutgoingRequest, fallBack: () => UpstreamRequest): UpstreamRequest
  /** Whether this error says that the service speaks HTTP/2 only. If so, the next request to it is for `request`. */
  noteRefusal(target: Target, error: Error): boolean
  /** A verified connection for what the service speaks: HTTP/1.1 if it does. */
  dial(target: Target): Promise<TLSSocket>
  /** A connection that has negotiated `h2`, for the next request to this target. */
  adopt(target: Target, socket: TLSSocket): void
  has(target: Target): boolean
  /** Ends every connection. */
  close(): void
}

const EITHER = ['h2', 'http/1.1'] as const

/** `http1`: the pool of the same way, for what turns out to speak HTTP/1.1. */
export function createHttp2Way(dialTls: TlsDial, http1: Http1Pool): Http2Way {
  const known = createKnownProtocols(() => performance.now())
  const pool = createLazyPool(async (target) => {
    const socket = await dialTls(target, EITHER)
    if (socket.alpnProtocol === 'h2') return socket
    known.note(nameOf(target), 'http/1.1')
    http1.adopt(target, socket)
    return undefined
  })
  const noteRefusal = (target: Target, error: Error) => {
    if (!isProtocolRefusal(error)) return false
    known.note(nameOf(target), 'h2')
    return true
  }
  return {
    isFor: (target, needsHttp2) =>
      needsHttp2 ? !known.isOnly(nameOf(target), 'http/1.1') : known.hasAny() && known.isOnly(nameOf(target), 'h2'),
    request: (outgoing, fallBack) =>
      createHttp2Request(outgoing, { take: async () => (await pool.load()).take(outgoing), fallBack }),
    noteRefusal,
    async dial(target) {
      if (known.isOnly(nameOf(target), 'h2')) return dialTls(target, EITHER)
      try {
        return await dialTls(target, ['http/1.1'])
      } catch (error) {
        if (!noteRefusal(target, error as Error)) throw error
        return dialTls(target, EITHER)
      }
    },
    adopt: (target, socket) => void pool.load().then((loaded) => loaded.adopt(target, socket)),
    has: (target) => pool.loaded()?.has(target) ?? false,
    close: pool.close,
  }
}

function nameOf({ host, port }: Target): string {
  return formatHostPort({ host, port })
}

/** Most proxies never need it, and all of them start faster without node:http2. */
function createLazyPool(dial: (target: Target) => Promise<TLSSocket | undefined>) {
  let loading: Promise<Http2Pool> | undefined
  let loaded: Http2Pool | undefined
  let isClosed = false
  const load = async (): Promise<Http2Pool> => {
    const { createHttp2Pool } = await import('./http2-pool.js')
    loaded = createHttp2Pool(dial)
    if (isClosed) loaded.close()
    return loaded
  }
  return {
    load() {
      loading ??= load()
      return loading
    },
    loaded: () => loaded,
    close() {
      isClosed = true
      loaded?.close()
    },
  }
}
