import type { ClientMessage } from './client-message.js'
import type { ClientConnection } from './connection.js'

/** gRPC over HTTP/2, which needs HTTP/2 at the service as well. gRPC-Web was made to need neither. */
export function isGrpc(
  connection: Pick<ClientConnection, 'isHttp2'>,
  request: Pick<ClientMessage, 'headers'>,
): boolean {
  // Not before it is known to be HTTP/2: node:http makes its headers when they are read, and dies where rawHeaders is another list.
  return connection.isHttp2 && /^application\/grpc(?:[+;\s]|$)/i.test(request.headers['content-type'] ?? '')
}
