import { nominatedFields, plainLength, withoutFields } from './fields.js'
import type { RequestHeaders } from './request-headers.js'
import type { Authority } from './target.js'

export interface OutgoingRequest {
  readonly method: string
  /** What the client spoke, as in Via: RFC 9110 §7.6.3. */
  readonly protocol: string
  readonly authority: Authority
  readonly pseudonym: string
  /** Keep the Upgrade header: the client wants to leave HTTP, and we will follow. */
  readonly isUpgrade: boolean
}

/** Methods for which "no body" has to be said: without a length Node would send an empty chunked body. */
const METHODS_WITH_CONTENT: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** The flat header list for the service: Host from the target, then the client's own, then the framing. */
export function formatRequestHeaders(headers: RequestHeaders, request: OutgoingRequest): string[] {
  const nominated = headers.connection === undefined ? [] : nominatedFields(headers.connection)
  const kept = nominated.length > 0 ? withoutFields(headers.kept, nominated) : headers.kept
  const flat = ['Host', request.authority.hostHeader, ...kept, 'Via', `${request.protocol} ${request.pseudonym}`]
  if (headers.maxForwards !== undefined) flat.push('Max-Forwards', nextMaxForwards(headers.maxForwards, request.method))
  if (request.isUpgrade) flat.push('Connection', 'Upgrade', 'Upgrade', headers.upgrade ?? '')
  if (headers.transferEncoding !== undefined) {
    flat.push('Transfer-Encoding', 'chunked')
    if (headers.trailer !== undefined) flat.push('Trailer', headers.trailer)
  } else if (headers.contentLength !== undefined) {
    flat.push('Content-Length', plainLength(headers.contentLength))
  } else if (METHODS_WITH_CONTENT.has(request.method)) {
    flat.push('Content-Length', '0')
  }
  return flat
}

export function hasBody({ transferEncoding, contentLength }: RequestHeaders): boolean {
  return transferEncoding !== undefined || (contentLength !== undefined && Number(contentLength) !== 0)
}

/** RFC 9110 §7.6.2: a count for TRACE and OPTIONS, none of our business in other methods. */
function nextMaxForwards(value: string, method: string): string {
  const counts = (method === 'TRACE' || method === 'OPTIONS') && /^\d+$/.test(value)
  return counts ? String(Math.max(0, Number(value) - 1)) : value
}
