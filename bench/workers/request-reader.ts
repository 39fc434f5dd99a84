const HEAD_END = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/** A request as it was read. */
export interface ReadRequest {
  readonly path: string
  /** Of the body, with its framing where it came in chunks. */
  received: number
  /** The client will send no other on this connection. */
  readonly isLast: boolean
  /** Of a request for a WebSocket: nothing after it is HTTP. */
  readonly webSocketKey?: string
}

interface Reading extends ReadRequest {
  /** Bytes of the body to come; Infinity until the last chunk. */
  left: number
}

/** Reads HTTP/1.1 requests of well-behaved clients from a connection. A body in chunks ends where its last chunk ends a read. */
export function createRequestReader(onRequest: (request: ReadRequest) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0)
  let current: Reading | undefined
  return (chunk) => {
    let bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    pending = bytes.subarray(bytes.length)
    while (bytes.length > 0) {
      if (current === undefined) {
        const end = bytes.indexOf(HEAD_END)
        if (end < 0) {
          pending = bytes
          return
        }
        current = parseHead(bytes.toString('latin1', 0, end))
        bytes = bytes.subarray(end + HEAD_END.length)
      }
      bytes = takeBody(current, bytes)
      if (current.left > 0) return
      onRequest(current)
      current = undefined
    }
  }
}

function parseHead(head: string): Reading {
  const start = head.indexOf(' ') + 1
  const path = head.slice(start, head.indexOf(' ', start))
  const isLast = /\nconnection: *close/i.test(head) || head.includes(' HTTP/1.0')
  const webSocketKey = /\nsec-websocket-key: *(\S+)/i.exec(head)?.[1]
  const upgrade = webSocketKey === undefined ? {} : { webSocketKey }
  return { path, received: 0, isLast, ...upgrade, left: head.startsWith('GET') ? 0 : bodyLength(head) }
}

function bodyLength(head: string): number {
  if (/\ntransfer-encoding: *chunked/i.test(head)) return Number.POSITIVE_INFINITY
  return Number(/\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
}

/** What is left of these bytes after this request's body. */
function takeBody(reading: Reading, bytes: Buffer): Buffer {
  const taken = Math.min(reading.left, bytes.length)
  reading.received += taken
  const isEnd = reading.left === Number.POSITIVE_INFINITY && bytes.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)
  reading.left = isEnd ? 0 : reading.left - taken
  return bytes.subarray(taken)
}
