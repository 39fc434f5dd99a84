import type { Exchange } from './exchange.js'

/**
 * An answer before the end of the upload: closing the connection now would reset it, and the client might never see the
 * answer. So it stays open, the client reads, and whoever has enough closes. To be called before the headers are written.
 */
export function keepOpenForUpload({ request, response, hasBody }: Exchange): void {
  if (hasBody && !request.complete && request.httpVersion === '1.1') response.shouldKeepAlive = true
}
