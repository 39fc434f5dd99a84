import type { ClientMessage } from './client-message.js'
import type { ClientConnection } from './connection.js'

/** gRPC over HTTP/2, which needs HTTP/2 at the service as well. gRPC-Web was made to need neither. */
export function isGrpc(
  { isHttp2 }: Pick<ClientConnection, 'isHttp2'>,
  { headers }: Pick<ClientMessage, 'headers'>,
): boolean {
  return isHttp2 && /^application\/grpc(?:[+;\s]|$)/i.test(headers['content-type'] ?? '')
}
