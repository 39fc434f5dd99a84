import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as httpRequest } from 'node:http'
import type { OriginRequest, OriginResponse, SendToOrigin } from '../login/exchange.js'
import { UpstreamError } from './dial.js'
import type { RouteTarget } from './routes.js'
import type { RequestWay } from './way.js'

const BODY_LIMIT_BYTES = 64 * 1024

/** The login layer's own requests (`us → service`), over the clients' pools. */
export function createSendToOrigin(wayOf: (target: RouteTarget) => RequestWay): SendToOrigin {
  return async (request) => {
    const url = new URL(request.origin)
    const target = targetOf(url)
    const { agent, absoluteForm } = wayOf(target)
    const outgoing = httpRequest({
      agent,
      protocol: url.protocol,
      host: target.host,
      port: target.port,
      method: request.method,
      path: absoluteForm?.target(target, request.path) ?? request.path,
      headers: [...withLength(request), ...(absoluteForm?.headers ?? [])],
      setHost: false,
      signal: request.signal,
    })
    const timer = setTimeout(
      () => outgoing.destroy(new UpstreamError('ETIMEDOUT', `${request.origin} does not answer in time`)),
      request.timeoutMs,
    )
    try {
      return await complete(outgoing, request.body, absoluteForm)
    } finally {
      clearTimeout(timer)
    }
  }
}

function targetOf({ protocol, hostname, port }: URL): RouteTarget {
  const scheme = protocol === 'https:' ? 'https' : 'http'
  return { scheme, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (scheme === 'https' ? 443 : 80) }
}

function withLength({ rawHeaders, body, method }: OriginRequest): string[] {
  if (body === undefined && method === 'GET') return [...rawHeaders]
  return [...rawHeaders, 'Content-Length', String(Buffer.byteLength(body ?? ''))]
}

function complete(
  outgoing: ClientRequest,
  body: string | undefined,
  absoluteForm: RequestWay['absoluteForm'],
): Promise<OriginResponse> {
  return new Promise((resolve, reject) => {
    outgoing.maxHeadersCount = 0
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      absoluteForm?.settle(outgoing, incoming)
      const refusal = absoluteForm?.refusal(incoming)
      if (refusal) outgoing.destroy(refusal)
      else readAnswer(incoming).then(resolve, reject)
    })
    outgoing.end(body)
  })
}

async function readAnswer(incoming: IncomingMessage): Promise<OriginResponse> {
  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop early destroys the message and, with it, the connection.
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > BODY_LIMIT_BYTES) break
  }
  const body = Buffer.concat(chunks).subarray(0, BODY_LIMIT_BYTES).toString()
  return { status: incoming.statusCode ?? 0, rawHeaders: incoming.rawHeaders, body }
}
