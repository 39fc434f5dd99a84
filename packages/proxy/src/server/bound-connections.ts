import type { RequestWay } from '../upstream/way.js'
import type { Exchange } from './exchange.js'

/** RFC 4559 §5: these say who is asking once for a whole connection, not for each request. */
const BINDS = /^(?:ntlm|negotiate)\b/i

/**
 * The connections for a request. From the first of a client's requests on that logs its connection in (NTLM, Negotiate), its
 * requests to that service have a pool that no other client's ever come to: whatever travels there is taken for this client.
 */
export function wayFor({ context, connection, target, headers, upgrade }: Exchange): RequestWay {
  const { authority } = target
  const bound = connection.bound.get(authority.origin)
  if (bound) return bound
  if (!logsConnectionIn(headers)) {
    // What came out of a tunnel goes through one, and so does what is about to be one.
    return context.upstream.wayOf(authority, upgrade !== undefined || connection.site !== undefined)
  }
  const way = context.upstream.createOwnWay(authority)
  connection.bound.set(authority.origin, way)
  return way
}

function logsConnectionIn(headers: readonly string[]): boolean {
  return headers.some(
    (name, at) =>
      at % 2 === 0 && name.length === 13 && name.toLowerCase() === 'authorization' && BINDS.test(headers[at + 1] ?? ''),
  )
}
