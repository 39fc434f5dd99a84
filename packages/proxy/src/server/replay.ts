import type { UpstreamAnswer } from '../upstream/message.js'
import type { Exchange } from './exchange.js'

/** Waits for the rest of the upload, within the limit. True if the request can be sent again as it was. */
export async function isWholeBodyKept(exchange: Exchange): Promise<boolean> {
  const { hasBody, request, response, body } = exchange
  if (!hasBody) return true
  if (exchange.isGrpc) return holdUpload(exchange)
  if (body.chunks && !request.readableEnded) {
    // A client with `Expect: 100-continue` still waits to be asked.
    if (request.headers.expect !== undefined) response.writeContinue()
    await restOfUpload(exchange)
  }
  if (body.chunks && request.readableEnded) return true
  request.pause()
  return false
}

/** Its end may depend on the answer. So what there is will be sent again, and what is still to come follows by itself. */
function holdUpload({ request, body }: Exchange): boolean {
  request.pause()
  return body.chunks !== undefined
}

function restOfUpload({ request, body }: Exchange): Promise<void> {
  return new Promise((resolve) => {
    request.on('data', () => {
      if (!body.chunks) resolve()
    })
    request.once('end', resolve)
    request.once('close', resolve)
    request.resume()
  })
}

const DRAIN_LIMIT_BYTES = 64 * 1024
const DRAIN_LIMIT_MS = 2000

/**
 * A challenge nobody will see. A short body is read to its end, so that the connection can be used again; a long or slow
 * one, or one that came before the request was sent, is cut off with its connection. Resolves when a connection that is about to
 * be free is free: the replay can take it.
 */
export async function discardChallenge({ upstream }: Exchange, challenge: UpstreamAnswer): Promise<void> {
  if (upstream && !upstream.writableFinished) {
    upstream.destroy()
    return
  }
  let size = 0
  challenge.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > DRAIN_LIMIT_BYTES) challenge.destroy()
  })
  // Nobody else would: its request is over, so even the client's going away does not reach it.
  const deadline = setTimeout(() => challenge.destroy(), DRAIN_LIMIT_MS)
  challenge.once('close', () => clearTimeout(deadline))
  if (upstream && !upstream.closed && challenge.complete)
    await new Promise<void>((resolve) => upstream.once('close', resolve))
}
