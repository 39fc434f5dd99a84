import type { OriginRequest, OriginResponse, SendToOrigin } from '../login/exchange.js'
import { UpstreamError } from './dial.js'
import type { UpstreamAnswer, UpstreamRequest } from './message.js'
import type { RouteTarget } from './routes.js'
import type { RequestWay } from './way.js'

const BODY_LIMIT_BYTES = 64 * 1024

/** The login layer's own requests (`us → service`), over the clients' pools. */
export function createSendToOrigin(wayOf: (target: RouteTarget) => RequestWay): SendToOrigin {
  return async (request) => {
    const target = targetOf(new URL(request.origin))
    const way = wayOf(target)
    try {
      return await sendOnce(request, target, way)
    } catch (error) {
      // It has not reached anybody.
      if (!way.http2?.noteRefusal(target, error as Error)) throw error
      return await sendOnce(request, target, way)
    }
  }
}

async function sendOnce(request: OriginRequest, target: RouteTarget, way: RequestWay): Promise<OriginResponse> {
  const outgoing = createRequest(request, target, way)
  const timer = setTimeout(
    () => outgoing.destroy(new UpstreamError('ETIMEDOUT', `${request.origin} does not answer in time`)),
    request.timeoutMs,
  )
  try {
    return await complete(outgoing, request.body, way.absoluteForm)
  } finally {
    clearTimeout(timer)
  }
}

function createRequest(request: OriginRequest, target: RouteTarget, way: RequestWay): UpstreamRequest {
  const fallBack = () => createHttp1Request(request, target, way)
  if (!way.http2?.isFor(target, false)) return fallBack()
  const { host, port } = target
  const { method, path, body, signal } = request
  const outgoing = { host, port, method, path, headers: withLength(request), hasBody: body !== undefined, signal }
  return way.http2.request(outgoing, fallBack)
}

function createHttp1Request(request: OriginRequest, target: RouteTarget, way: RequestWay): UpstreamRequest {
  const { http1, absoluteForm } = way
  const { host, port } = target
  const { method, path, signal } = request
  const outgoing = http1.request({
    host,
    port,
    method,
    path: absoluteForm?.target(target, path) ?? path,
    headers: [...withLength(request), ...(absoluteForm?.headers ?? [])],
  })
  const abort = () => outgoing.destroy(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  outgoing.once('close', () => signal.removeEventListener('abort', abort))
  return outgoing
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
  outgoing: UpstreamRequest,
  body: string | undefined,
  absoluteForm: RequestWay['absoluteForm'],
): Promise<OriginResponse> {
  return new Promise((resolve, reject) => {
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

async function readAnswer(incoming: UpstreamAnswer): Promise<OriginResponse> {
  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop early destroys the message and, with it, the connection.
  for await (const chunk of incoming) {
    chunks.push(chunk)
    size += chunk.length
    if (size > BODY_LIMIT_BYTES) break
  }
  const body = Buffer.concat(chunks).subarray(0, BODY_LIMIT_BYTES).toString()
  return { status: incoming.statusCode, rawHeaders: incoming.rawHeaders, body }
}
