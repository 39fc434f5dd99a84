import type { IncomingMessage } from 'node:http'
import { Reads } from '../upstream/http1/reads.js'
import type { UpstreamRequest } from '../upstream/message.js'
import { type ClientReads, clientReadsOf } from './client-reads.js'
import type { Exchange } from './exchange.js'

/** Bytes that a client may send behind its upload before that is answered. */
const AHEAD_LIMIT_BYTES = 64 * 1024

/**
 * client → us → service: the rest of a long upload whose length both sides have been told goes from socket to socket. node:http's parser
 * would copy each piece of it into memory of its own, at twice the cost. It never sees the end of this request, so the next one on this
 * connection has a new parser.
 */
export function pourUpload(exchange: Exchange): void {
  const { request, response, upstream, body } = exchange
  if (exchange.isDone || exchange.isChallenged || response.headersSent) return
  const clientReads = clientReadsOf(request.socket)
  const to = upstream?.socketFor?.(body.left)
  if (!upstream || !to || !clientReads || clientReads.isDiverted) return
  // What either stream still holds is the parser's.
  if ((request as IncomingMessage).readableLength + request.socket.readableLength > 0) return
  const reads = new Reads()
  reads.isAttached = true
  if (reads.pour(restOf(exchange, upstream), to)) divert(exchange, upstream, clientReads, reads)
}

/** The part of the body that is still to come. */
function restOf({ body }: Exchange, upstream: UpstreamRequest) {
  return {
    endsWithConnection: false,
    get bytesLeft() {
      return body.left
    },
    skip(size: number) {
      body.left -= size
      upstream.skip?.(size)
    },
  }
}

function divert(exchange: Exchange, upstream: UpstreamRequest, clientReads: ClientReads, reads: Reads): void {
  const { connection, request, response, body } = exchange
  const { socket: client } = request
  let ahead = Buffer.alloc(0)
  let isAnswered = false
  const stop = () => reads.stop()
  const giveBack = () => {
    if (!isAnswered || !connection.isPastParser || !client.writable) return
    connection.isPastParser = false
    client.removeListener('close', stop)
    if (client.readableEnded) client.end()
    else clientReads.giveBack(ahead)
  }
  reads.start(client, (bytes) => {
    const piece = bytes.subarray(0, body.left)
    const rest = bytes.subarray(piece.length)
    if (rest.length > 0) ahead = Buffer.concat([ahead, rest])
    if (ahead.length > AHEAD_LIMIT_BYTES) client.pause()
    if (connection.isPastParser) return
    body.left -= piece.length
    if (!exchange.isDone && !upstream.writableEnded && !upstream.write(piece)) client.pause()
    if (body.left > 0) return
    connection.isPastParser = true
    endUpload(request as IncomingMessage)
    giveBack()
  })
  // Node's own listener, which comes first, has let go of the response by then.
  response.once('finish', () => {
    isAnswered = true
    giveBack()
  })
  clientReads.divertTo(reads)
  client.once('close', stop)
  for (const event of ['drain', 'close'] as const) upstream.on(event, () => client.resume())
  client.resume()
}

/** As the parser would have done. Nothing is left that a pause could hold back. */
function endUpload(request: IncomingMessage): void {
  request.complete = true
  request.push(null)
  request.resume()
}
