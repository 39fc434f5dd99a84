/** client → original → service: the request as the original sends it on, and the answer as it hands it back. */
import http, { type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Target } from './target.js'

const dropped = new Set(['host', 'accept-encoding', 'proxy-connection', 'proxy-authorization', 'proxy-authenticate'])

/** Opens the request to the service and sends the body. Certificates of an https target are not verified. */
export function openRequest(request: IncomingMessage, target: Target): ClientRequest {
  const { hostname, port } = new URL(`${target.scheme}://${target.authority}`)
  const options = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port || (target.scheme === 'https' ? 443 : 80),
    method: request.method,
    path: target.requestUri,
    headers: requestHeaders(request, target),
    agent: false as const,
  }
  const upstream =
    target.scheme === 'https' ? https.request({ ...options, rejectUnauthorized: false }) : http.request(options)
  return request.pipe(upstream)
}

/** Headers go on as they came, but for Host, Accept-Encoding, Proxy-* and (unless to upgrade) Connection. */
function requestHeaders(request: IncomingMessage, target: Target): string[] {
  const isKept = (name: string) =>
    !dropped.has(name) && (name !== 'connection' || request.headers.upgrade !== undefined)
  const kept = pairs(request.rawHeaders).filter(([name]) => isKept(name.toLowerCase()))
  if (request.headers['user-agent'] === undefined) kept.push(['User-Agent', 'Go-http-client/1.1'])
  return [['Host', target.authority], ...kept, ['Accept-Encoding', 'gzip']].flat()
}

/** Hands an answer back, unzipped. Hop-by-hop headers stay, the chunking is ours. */
export function relay(response: IncomingMessage, reply: ServerResponse): void {
  const isZipped = response.headers['content-encoding'] === 'gzip' && reply.req.method !== 'HEAD'
  const lost = new Set(['transfer-encoding', ...(isZipped ? ['content-encoding', 'content-length'] : [])])
  const headers = pairs(response.rawHeaders).filter(([name]) => !lost.has(name.toLowerCase()))
  reply.writeHead(response.statusCode ?? 502, response.statusMessage, headers.flat())
  const done = () => {} // a broken stream has already closed the client's connection
  if (isZipped) pipeline(response, createGunzip(), reply, done)
  else pipeline(response, reply, done)
}

function pairs(rawHeaders: string[]): [string, string][] {
  return rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? ''] as [string, string]] : []))
}
