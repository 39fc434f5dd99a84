import { ParseError } from './parse-error.js'
import { HEAD_LIMIT_BYTES, wrongStart } from './response-head.js'

const CR = 0x0d
const LF = 0x0a

/** The beginning of a head that comes in pieces, each copied about once: a byte at a time costs no more than all at once. */
export class PartialHead {
  length = 0
  #bytes: Buffer

  constructor(start: Buffer) {
    this.#bytes = Buffer.allocUnsafe(Math.max(256, 2 * start.length))
    this.append(start)
  }

  /** All of it so far. It stays as it is. */
  append(bytes: Buffer): Buffer {
    const length = this.length + bytes.length
    if (length > this.#bytes.length) {
      const longer = Buffer.allocUnsafe(2 * length)
      this.#bytes.copy(longer, 0, 0, this.length)
      this.#bytes = longer
    }
    bytes.copy(this.#bytes, this.length)
    this.length = length
    return this.#bytes.subarray(0, length)
  }
}

/** Where a status line begins: some servers end a body with one empty line too many. */
export function pastEmptyLines(bytes: Buffer, start: number): number {
  let at = start
  while (bytes[at] === CR && bytes[at + 1] === LF) at += 2
  return at
}

/**
 * Throws ParseError for bytes that are the beginning of no head.
 *
 * @param seen how many of them were here before
 */
export function requirePossibleHead(bytes: Buffer, seen: number): void {
  const wrong = wrongStart(bytes)
  if (wrong) throw wrong
  if (bytes.length > HEAD_LIMIT_BYTES) throw new ParseError('HPE_HEADER_OVERFLOW', 'Header overflow')
  for (let at = bytes.indexOf(LF, seen); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at - 1] !== CR) throw new ParseError('HPE_CR_EXPECTED', 'Missing expected CR')
  }
}
