import { parseFields } from './fields.js'
import { ParseError } from './parse-error.js'
import { HEAD_LIMIT_BYTES } from './response-head.js'

const CR = 0x0d
const LF = 0x0a
const SEMICOLON = 0x3b

/** Hex digits of a chunk's size: the largest number that is exact. */
const MAX_SIZE_DIGITS = 13

/** Bytes of chunk extensions in one body: what Node's own parser takes at most. */
const EXTENSION_LIMIT_BYTES = 16 * 1024

type State = 'size' | 'extension' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'trailers' | 'done'

/** Takes the chunked coding off a body: RFC 9112 §7.1, every CR and LF where it belongs. */
export class ChunkedBody {
  /** Flat. */
  rawTrailers: readonly string[] = []
  /** What the last `read` found of the body. */
  piece: Buffer | undefined
  #state: State = 'size'
  #left = 0
  #digits = 0
  #extensionBytes = 0
  #trailers = ''

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
    else if (byte === SEMICOLON) this.#state = 'extension'
    else throw new ParseError('HPE_INVALID_CHUNK_SIZE', 'Invalid character in chunk size')
  }

  #readExtension(byte: number): void {
    this.#extensionBytes++
    require(this.#extensionBytes <= EXTENSION_LIMIT_BYTES, 'HPE_CHUNK_EXTENSIONS_OVERFLOW', 'Chunk extensions overflow')
    if (byte === CR) this.#state = 'size-lf'
    else
      require((byte >= 0x20 && byte !== 0x7f) || byte === 0x09, 'HPE_STRICT', 'Invalid character in chunk extensions')
  }

  #readTrailer(byte: number): void {
    this.#trailers += String.fromCharCode(byte)
    if (byte !== LF) {
      require(this.#trailers.length <= HEAD_LIMIT_BYTES, 'HPE_HEADER_OVERFLOW', 'Header overflow')
      return
    }
    if (this.#trailers === '\r\n') this.#state = 'done'
    else if (this.#trailers.endsWith('\r\n\r\n')) {
      const section = parseFields(this.#trailers.slice(0, -4), 0)
      this.rawTrailers = section.rawHeaders
      this.#state = 'done'
    }
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
