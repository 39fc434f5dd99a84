import type { Exchange } from './exchange.js'

/**
 * An answer before the end of the upload: closing the connection with it would reset it, and the client might never see
 * the answer. So it stays open until the upload is read. To be called before the headers are written.
 */
export function keepOpenForUpload({ request, response, hasBody }: Exchange): void {
  if (!hasBody || request.complete || request.httpVersion !== '1.1' || response.shouldKeepAlive) return
  response.shouldKeepAlive = true
  const end = () => request.socket.end()
  response.once('finish', () => {
    if (request.readableEnded) end()
    else request.once('end', end)
  })
}
