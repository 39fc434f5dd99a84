import type { Body } from './body.js'
import { parseFields } from './fields.js'
import { ParseError } from './parse-error.js'
import { HEAD_LIMIT_BYTES } from './response-head.js'

const CR = 0x0d
const LF = 0x0a
const SEMICOLON = 0x3b

/** Hex digits of a chunk's size: the largest number that is exact. */
const MAX_SIZE_DIGITS = 13

/** Bytes of extensions of one chunk: what Node's own parser takes at most. */
const EXTENSION_LIMIT_BYTES = 16 * 1024

/** RFC 9112 §7.1.1, without the white space that it tolerates. */
const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
const QUOTED = '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"'
const EXTENSIONS = new RegExp(`^(?:;${TOKEN}(?:=(?:${TOKEN}|${QUOTED}))?)+$`)

type State = 'size' | 'extension' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'trailers' | 'done'

/** Takes the chunked coding off a body: RFC 9112 §7.1, every CR and LF where it belongs. */
export class ChunkedBody implements Body {
  readonly bytesLeft = 0
  readonly endsWithConnection = false
  /** Flat. */
  rawTrailers: readonly string[] = []
  /** What the last `read` found of the body. */
  piece: Buffer | undefined
  #state: State = 'size'
  #left = 0
  #digits = 0
  #extensions = ''
  #trailers = ''
  /** Where the last line of them begins. */
  #lineStart = 0

  get isDone(): boolean {
    return this.#state === 'done'
  }

  /** Reads on from `at`, to the end of one piece of the body or of the bytes; returns where it stopped. Throws ParseError. */
  read(bytes: Buffer, at: number): number {
    this.piece = undefined
    let index = at
    while (index < bytes.length && this.#state !== 'done') {
      if (this.#state === 'data') {
        const end = Math.min(bytes.length, index + this.#left)
        this.piece = bytes.subarray(index, end)
        this.#left -= end - index
        if (this.#left === 0) this.#state = 'data-cr'
        return end
      }
      this.#readByte(bytes[index] as number)
      index++
    }
    return index
  }

  skip(): void {
    throw new Error('chunks cannot be skipped')
  }

  #readByte(byte: number): void {
    switch (this.#state) {
      case 'size':
        this.#readSize(byte)
        break
      case 'extension':
        this.#readExtension(byte)
        break
      case 'size-lf':
        require(byte === LF, 'HPE_LF_EXPECTED', 'Expected LF after chunk size')
        this.#state = this.#left > 0 ? 'data' : 'trailers'
        this.#extensions = ''
        break
      case 'data-cr':
        require(byte === CR, 'HPE_STRICT', 'Expected CR after chunk data')
        this.#state = 'data-lf'
        break
      case 'data-lf':
        require(byte === LF, 'HPE_STRICT', 'Expected LF after chunk data')
        this.#state = 'size'
        this.#digits = 0
        break
      default:
        this.#readTrailer(byte)
    }
  }

  #readSize(byte: number): void {
    const digit = hexValue(byte)
    if (digit >= 0) {
      this.#digits++
      require(this.#digits <= MAX_SIZE_DIGITS, 'HPE_INVALID_CHUNK_SIZE', 'Chunk size overflow')
      this.#left = this.#left * 16 + digit
      return
    }
    require(this.#digits > 0, 'HPE_INVALID_CHUNK_SIZE', 'Invalid character in chunk size')
    if (byte === CR) this.#state = 'size-lf'
    else if (byte === SEMICOLON) this.#readExtension(byte)
    else throw new ParseError('HPE_INVALID_CHUNK_SIZE', 'Invalid character in chunk size')
  }

  #readExtension(byte: number): void {
    this.#state = 'extension'
    if (byte !== CR) {
      this.#extensions += String.fromCharCode(byte)
      const isTooLong = this.#extensions.length > EXTENSION_LIMIT_BYTES
      require(!isTooLong, 'HPE_CHUNK_EXTENSIONS_OVERFLOW', 'Chunk extensions overflow')
      return
    }
    require(EXTENSIONS.test(this.#extensions), 'HPE_STRICT', 'Invalid character in chunk extensions')
    this.#state = 'size-lf'
  }

  #readTrailer(byte: number): void {
    this.#trailers += String.fromCharCode(byte)
    if (byte !== LF) {
      require(this.#trailers.length <= HEAD_LIMIT_BYTES, 'HPE_HEADER_OVERFLOW', 'Header overflow')
      return
    }
    const lineLength = this.#trailers.length - this.#lineStart
    this.#lineStart = this.#trailers.length
    require(this.#trailers.endsWith('\r\n'), 'HPE_CR_EXPECTED', 'Missing expected CR')
    if (lineLength === 2) this.#endTrailers()
  }

  #endTrailers(): void {
    this.#state = 'done'
    if (this.#trailers.length === 2) return
    const { rawHeaders, contentLength, transferEncoding } = parseFields(this.#trailers.slice(0, -4), 0)
    const isFramed = contentLength !== undefined || transferEncoding !== undefined
    require(!isFramed, 'HPE_INVALID_HEADER_TOKEN', 'Framing in trailers')
    this.rawTrailers = rawHeaders
  }
}

function require(isSo: boolean, code: `HPE_${string}`, reason: string): void {
  if (!isSo) throw new ParseError(code, reason)
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
