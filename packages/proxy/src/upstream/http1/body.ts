import { ChunkedBody } from './chunked-body.js'
import type { ResponseHead } from './response-head.js'

/** Takes the framing off the body of an answer. */
export interface Body {
  /** What the last `read` found of the body. */
  readonly piece: Buffer | undefined
  readonly isDone: boolean
  /** As they will come, with no framing between them; 0 where that is not known to be so. */
  readonly bytesLeft: number
  /** The end of the connection, and nothing else, is its end. */
  readonly endsWithConnection: boolean
  /** Flat. */
  readonly rawTrailers: readonly string[]
  /** Reads on from `at`, to the end of one piece of the body or of the bytes; returns where it stopped. Throws ParseError. */
  read(bytes: Buffer, at: number): number
  /** As if `read` had been given so many bytes; less than `bytesLeft`. */
  skip(size: number): void
}

/** RFC 9112 §6.3. */
export function createBody({ statusCode, transferEncoding, contentLength }: ResponseHead, isHead: boolean): Body {
  if (isHead || statusCode === 204 || statusCode === 304) return new PlainBody(0)
  if (transferEncoding === undefined) return new PlainBody(contentLength ?? Number.POSITIVE_INFINITY)
  return CHUNKED.test(transferEncoding) ? new ChunkedBody() : new PlainBody(Number.POSITIVE_INFINITY)
}

const CHUNKED = /(?:^|,)[ \t]*chunked[ \t]*$/i

/** Whether some of a body comes along with its head. Of chunks the first size alone tells nobody anything. */
export function isToldAlong({ transferEncoding }: ResponseHead, bytes: Buffer, at: number): boolean {
  if (transferEncoding === undefined) return at < bytes.length
  const sizeEnd = bytes.indexOf('\r\n', at, 'latin1')
  return sizeEnd >= 0 && sizeEnd + 2 < bytes.length
}

/** So many bytes as they are; with Infinity all that come. */
class PlainBody implements Body {
  readonly rawTrailers: readonly string[] = []
  readonly endsWithConnection: boolean
  piece: Buffer | undefined
  #left: number

  constructor(length: number) {
    this.#left = length
    this.endsWithConnection = length === Number.POSITIVE_INFINITY
  }

  get isDone(): boolean {
    return this.#left === 0
  }

  get bytesLeft(): number {
    return this.#left
  }

  read(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left)
    this.piece = bytes.subarray(at, end)
    this.#left -= end - at
    return end
  }

  skip(size: number): void {
    this.#left -= size
  }
}
