import type { IncomingMessage, Server } from 'node:http'
import { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ProxyContext } from './context.js'
import { holdEarlyBytes } from './early-bytes.js'
import { forward } from './forward.js'
import { hasBody } from './outgoing-headers.js'
import { sortRequestHeaders } from './request-headers.js'
import { endIfUnanswered } from './unanswered.js'

/** client → us → service: a request that asks to leave HTTP, a WebSocket in most cases. */
export function upgrade(
  context: ProxyContext,
  server: Server,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): void {
  if (endIfUnanswered(context, socket)) return
  if (!isRelayed(request)) {
    takeAsOrdinary(server, request, socket, head)
    return
  }
  const earlyBytes = holdEarlyBytes(socket, head)
  forward(context, request, createResponse(request, socket), { socket, earlyBytes })
}

/** HTTP/2 in clear text is an offer we need not take, and a request with a body is no upgrade Node can read. */
function isRelayed({ rawHeaders }: IncomingMessage): boolean {
  const headers = sortRequestHeaders(rawHeaders)
  return !hasBody(headers) && !/\bh2c\b/i.test(headers.upgrade ?? '')
}

/** Node has let go of the socket; here it gets the same request again without its Upgrade header. */
function takeAsOrdinary(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== 'upgrade') text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`
  }
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
}

/** A refused upgrade is answered like any request; then the connection ends, since nobody parses it any more. */
function createResponse(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  socket.on('drain', () => response.emit('drain'))
  response.on('finish', () => {
    if (response.socket) socket.end()
  })
  return response
}
