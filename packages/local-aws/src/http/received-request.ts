import type { IncomingMessage } from 'node:http'

/** A request as it came over the wire: nothing joined, decoded or dropped that a signature covers. */
export interface ReceivedRequest {
  readonly method: string
  /** Before the `?`, still percent-encoded. */
  readonly path: string
  /** After the `?`, still percent-encoded. */
  readonly rawQuery: string
  /** Lower-case name → every value, in order. Values are latin1, byte for byte. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly body: Buffer
  readonly sourcePort: number
}

/** Puts a request together from Node's parser and the body that was read. */
export function toReceivedRequest(message: IncomingMessage, body: Buffer): ReceivedRequest {
  const target = message.url ?? '/'
  const mark = target.indexOf('?')
  return {
    method: message.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    rawQuery: mark < 0 ? '' : target.slice(mark + 1),
    headers: collectHeaders(message.rawHeaders),
    body,
    sourcePort: message.socket.remotePort ?? 0,
  }
}

// Node's own `headers` drops or joins duplicates by name; a signature covers all of them.
function collectHeaders(raw: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>()
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase()
    const value = raw[at + 1] ?? ''
    const values = headers.get(name)
    if (values) values.push(value)
    else headers.set(name, [value])
  }
  return headers
}

/** The header's only value; undefined if it was not sent, or sent twice. */
export function singleHeader(request: ReceivedRequest, name: string): string | undefined {
  const values = request.headers.get(name)
  return values?.length === 1 ? values[0] : undefined
}
