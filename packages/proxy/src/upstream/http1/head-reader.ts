import { ParseError } from './parse-error.js'
import { HEAD_LIMIT_BYTES, parseResponseHead, type ResponseHead, wrongStart } from './response-head.js'

const CR = 0x0d
const LF = 0x0a
const END_OF_HEAD = '\r\n\r\n'

/** A head, and where the bytes after it are. */
export interface FoundHead {
  readonly head: ResponseHead
  readonly bytes: Buffer
  readonly at: number
}

/** Finds heads in what a service sends, in whatever pieces it comes. */
export class HeadReader {
  #partial: PartialHead | undefined

  /**
   * The head that ends in these bytes, read from `start`; undefined while it has not all come, and then the next bytes are the rest of
   * it. Throws ParseError as soon as it can be none.
   */
  read(chunk: Buffer, start: number): FoundHead | undefined {
    const partial = this.#partial
    const searched = partial?.length ?? 0
    const bytes = partial?.append(chunk) ?? chunk
    this.#partial = undefined
    const at = pastEmptyLines(bytes, start)
    const end = bytes.indexOf(END_OF_HEAD, Math.max(at, searched - END_OF_HEAD.length), 'latin1')
    if (end >= 0 && end - at <= HEAD_LIMIT_BYTES) {
      return { head: parseResponseHead(bytes.toString('latin1', at, end)), bytes, at: end + END_OF_HEAD.length }
    }
    requirePossibleHead(bytes.subarray(at), at === 0 ? searched : 0)
    this.#partial = at === 0 && partial ? partial : new PartialHead(bytes.subarray(at))
    return undefined
  }
}

/** The beginning of a head that comes in pieces, each copied about once: a byte at a time costs no more than all at once. */
class PartialHead {
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
function pastEmptyLines(bytes: Buffer, start: number): number {
  let at = start
  while (bytes[at] === CR && bytes[at + 1] === LF) at += 2
  return at
}

/**
 * Throws ParseError for bytes that are the beginning of no head.
 *
 * @param seen how many of them were here before
 */
function requirePossibleHead(bytes: Buffer, seen: number): void {
  const wrong = wrongStart(bytes)
  if (wrong) throw wrong
  if (bytes.length > HEAD_LIMIT_BYTES) throw new ParseError('HPE_HEADER_OVERFLOW', 'Header overflow')
  for (let at = bytes.indexOf(LF, seen); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at - 1] !== CR) throw new ParseError('HPE_CR_EXPECTED', 'Missing expected CR')
  }
}
