import type { TLSSocket } from 'node:tls'
import { headerValues } from 'iam-auth-protocol'
import type { Dial, DialTarget, UpstreamError } from './dial.js'
import { hopRefusal } from './hop-refusal.js'
import type { HttpProxyOptions } from './http-proxy.js'
import { createAbsoluteFormDial, createConnectDial, hopAuthorization } from './http-proxy.js'
import { Http1Pool } from './http1/pool.js'
import { createHttp2Way, type Http2Way } from './http2-way.js'
import type { UpstreamAnswer, UpstreamRequest } from './message.js'
import type { RouteTarget } from './routes.js'
import { createTlsDial, type TlsOptions } from './tls.js'

/** How a request is written for the HTTP proxy that it goes to: RFC 9112 §3.2.2. */
interface AbsoluteForm {
  /** The request line's target, for one as a service would get it (`*` included). */
  readonly target: (target: RouteTarget, path: string) => string
  /** Flat: for the proxy alone. */
  readonly headers: readonly string[]
  /** To be told of each answer, before it is read: whether its connection can be used again. */
  readonly settle: (request: UpstreamRequest, answer: UpstreamAnswer) => void
  /** The error that its 407 is; undefined for all other answers, which may be the service's. */
  readonly refusal: (answer: UpstreamAnswer) => UpstreamError | undefined
}

/** The connections that a request may use. */
export interface RequestWay {
  readonly http1: Http1Pool
  /** @default undefined: its connections end at the service itself */
  readonly absoluteForm: AbsoluteForm | undefined
  /** For https, but for pools of one client's own: whom HTTP/1.1 takes for that client, HTTP/2 would not. */
  readonly http2: Http2Way | undefined
}

/** One way out, with its pools. */
export interface Way {
  readonly dial: Dial
  /** The same, with TLS and the service's certificate verified, for HTTP/1.1. */
  readonly dialTls: Dial
  /** The same, for what the service speaks. */
  readonly dialService: (target: Pick<DialTarget, 'host' | 'port'>) => Promise<TLSSocket>
  /** @param isTunnelled the connection itself has to reach the service: for upgrades, and what comes out of a tunnel */
  readonly forRequest: (scheme: 'http' | 'https', isTunnelled: boolean) => RequestWay
  /** A pool of its own, which `close()` does not end; its connections reach the service itself. */
  readonly createOwn: (scheme: 'http' | 'https') => RequestWay
  /** Ends every connection, pooled or in use. */
  close(): void
}

/** Every connection ends at the service: directly, or through SOCKS. */
export function createWay(dial: Dial, tls: TlsOptions): Way {
  const dialFor = createTlsDial(dial, tls)
  const dialTls: Dial = (target) => dialFor(target, ['http/1.1'])
  const plain = wayOver(dial)
  const http1 = new Http1Pool(dialTls)
  const http2 = createHttp2Way(dialFor, http1)
  const ways = { http: plain, https: { ...plain, http1, http2 } }
  return {
    dial,
    dialTls,
    dialService: http2.dial,
    forRequest: (scheme) => ways[scheme],
    createOwn: (scheme) => wayOver(scheme === 'https' ? dialTls : dial),
    close: () => endAll([ways.http, ways.https]),
  }
}

/**
 * Through an HTTP proxy. Requests of plain http are the proxy's to make, since many let CONNECT through to port 443 only; all else
 * is a tunnel through it.
 */
export function createHttpProxyWay(options: HttpProxyOptions, tls: TlsOptions): Way {
  const inTunnels = createWay(createConnectDial(options), tls)
  const absolute: RequestWay = {
    http1: new Http1Pool(createAbsoluteFormDial(options)),
    absoluteForm: absoluteFormFor(options),
    http2: undefined,
  }
  return {
    ...inTunnels,
    forRequest: (scheme, isTunnelled) =>
      scheme === 'http' && !isTunnelled ? absolute : inTunnels.forRequest(scheme, isTunnelled),
    close() {
      inTunnels.close()
      endAll([absolute])
    },
  }
}

function wayOver(dial: Dial): RequestWay {
  return { http1: new Http1Pool(dial), absoluteForm: undefined, http2: undefined }
}

function endAll(ways: readonly RequestWay[]): void {
  for (const { http1, http2 } of ways) {
    http1.destroy()
    http2?.close()
  }
}

function absoluteFormFor({ hop }: HttpProxyOptions): AbsoluteForm {
  const authorization = hopAuthorization(hop)
  return {
    target: ({ host, port }, path) => {
      const authority = `${host.includes(':') ? `[${host}]` : host}${port === 80 ? '' : `:${port}`}`
      return `http://${authority}${path === '*' ? '' : path}`
    },
    headers: authorization === undefined ? [] : ['Proxy-Authorization', authorization],
    settle(request, { rawHeaders }) {
      // tinyproxy and others hang up after an answer of HTTP/1.1 that does not say so; what is sent by then may be lost.
      if (!saysKeepAlive(rawHeaders)) request.shouldKeepAlive = false
    },
    refusal({ statusCode, statusMessage, rawHeaders }) {
      if (statusCode !== 407) return undefined
      const offers = headerValues(rawHeaders, 'proxy-authenticate')
      return hopRefusal(hop, { status: statusCode, reason: statusMessage, offers }, '')
    },
  }
}

function saysKeepAlive(rawHeaders: readonly string[]): boolean {
  return ['connection', 'proxy-connection', 'keep-alive'].some((name) =>
    headerValues(rawHeaders, name).some((value) => name === 'keep-alive' || /\bkeep-alive\b/i.test(value)),
  )
}
