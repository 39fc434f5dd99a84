import { ParseError } from './parse-error.js'

/** A header section, and of what frames the message the value; of several lines, joined by commas. */
export interface FieldSection {
  /** Flat: name, value, name, value, as received. */
  readonly rawHeaders: string[]
  readonly connection: string | undefined
  readonly contentLength: number | undefined
  readonly transferEncoding: string | undefined
  readonly upgrade: string | undefined
}

/** RFC 9110 §5.5: no control character but HTAB in a value; and RFC 9112 §2.2: no CR or LF by itself. */
const MALFORMED = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/
/** Bytes of names and values in one section, with the reason of the status line: Node's own parser refuses as many. */
const FIELDS_LIMIT_BYTES = 16 * 1024
/** A tab is a blank to some, and part of the value to Node's parser. */
const FRAMING_WITH_TAB = /^(?:content-length|transfer-encoding):[^\r\n]*\t/im
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const DIGITS = /^\d{1,15}$/

/**
 * Lines of `name: value` from `at` to the end, separated by CRLF. Throws ParseError.
 *
 * @param bytesBefore of the same message that count for the limit, too
 */
export function parseFields(text: string, at: number, bytesBefore = 0): FieldSection {
  if (MALFORMED.test(text)) throw new ParseError('HPE_INVALID_HEADER_TOKEN', 'Invalid character in header')
  if (text.includes('\t') && FRAMING_WITH_TAB.test(text))
    throw new ParseError('HPE_INVALID_TRANSFER_ENCODING', 'Tab in framing')
  const section = new Section(bytesBefore)
  let start = at
  while (start < text.length) {
    const lineEnd = text.indexOf('\r\n', start)
    const end = lineEnd < 0 ? text.length : lineEnd
    const colon = text.indexOf(':', start)
    const name = colon < 0 || colon > end ? '' : text.slice(start, colon)
    if (!TOKEN.test(name)) throw new ParseError('HPE_INVALID_HEADER_TOKEN', 'Invalid header field name')
    section.add(name, trimmed(text, colon + 1, end))
    start = end + 2
  }
  if (section.contentLength !== undefined && section.transferEncoding !== undefined) {
    throw new ParseError('HPE_INVALID_TRANSFER_ENCODING', 'Transfer-Encoding beside Content-Length')
  }
  return section
}

class Section implements FieldSection {
  readonly rawHeaders: string[] = []
  connection: string | undefined
  contentLength: number | undefined
  transferEncoding: string | undefined
  upgrade: string | undefined
  #bytes: number

  constructor(bytesBefore: number) {
    this.#bytes = bytesBefore
  }

  add(name: string, value: string): void {
    this.#bytes += name.length + value.length
    if (this.#bytes >= FIELDS_LIMIT_BYTES) throw new ParseError('HPE_HEADER_OVERFLOW', 'Header overflow')
    this.rawHeaders.push(name, value)
    // The lengths of the four names: all others cost no lower-casing.
    const { length } = name
    if (length !== 10 && length !== 14 && length !== 17 && length !== 7) return
    const lower = name.toLowerCase()
    if (lower === 'connection') this.connection = joined(this.connection, value)
    else if (lower === 'transfer-encoding') this.#addCoding(value)
    else if (lower === 'upgrade') this.upgrade = joined(this.upgrade, value)
    else if (lower === 'content-length') this.#addLength(value)
  }

  /** An empty line in a list is nothing to Node's parser, and to others the last coding. */
  #addCoding(value: string): void {
    if (value === '') throw new ParseError('HPE_INVALID_TRANSFER_ENCODING', 'Empty Transfer-Encoding')
    this.transferEncoding = joined(this.transferEncoding, value)
  }

  /** RFC 9112 §6.3: two of them, even equal ones, may be read differently by somebody behind us. */
  #addLength(value: string): void {
    if (this.contentLength !== undefined)
      throw new ParseError('HPE_UNEXPECTED_CONTENT_LENGTH', 'Content-Length already present')
    if (!DIGITS.test(value)) throw new ParseError('HPE_INVALID_CONTENT_LENGTH', 'Invalid character in Content-Length')
    this.contentLength = Number(value)
  }
}

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`
}

/** Without the spaces and tabs around it. `trim()` would take a no-break space as well. */
function trimmed(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}
