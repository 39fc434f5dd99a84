import type { OutgoingHttpHeaders } from 'node:http2'
import { sensitiveHeaders } from 'node:http2'
import type { OutgoingRequest } from './message.js'

/** RFC 9113 §8.2.2: of one connection, and none of HTTP/2's. Host is `:authority` there. */
const NOT_IN_HTTP2: ReadonlySet<string> = new Set([
  ...['host', 'connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'http2-settings', 'te'],
])

/** A request's head as HTTP/2 has it: RFC 9113 §8.3.1. We take trailers whoever asked: gRPC refuses to talk without. */
export function formatHttp2Headers({ method, path, headers }: OutgoingRequest): OutgoingHttpHeaders {
  // A client may name a field `constructor`.
  const fields: Record<string, string | string[]> = Object.create(null)
  let authority = ''
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase()
    const value = headers[i + 1] as string
    if (name === 'host') authority = value
    if (NOT_IN_HTTP2.has(name)) continue
    const before = fields[name]
    fields[name] = before === undefined ? value : [before, value].flat()
  }
  if (Array.isArray(fields['cookie'])) fields['cookie'] = fields['cookie'].join('; ')
  return {
    ':method': method,
    ':scheme': 'https',
    ':authority': authority,
    ':path': path,
    ...fields,
    te: 'trailers',
    // RFC 7541 §7.1.3: requests of several clients share one compression state.
    [sensitiveHeaders]: ['authorization', 'cookie'],
  } as OutgoingHttpHeaders
}

/** Trailers, each name once: of some Node takes no second line, and would die of it. */
export function formatHttp2Trailers(pairs: readonly (readonly [string, string])[]): OutgoingHttpHeaders {
  const fields: Record<string, string> = Object.create(null)
  for (const [name, value] of pairs) {
    const before = fields[name.toLowerCase()]
    fields[name.toLowerCase()] = before === undefined ? value : `${before}, ${value}`
  }
  return fields
}
