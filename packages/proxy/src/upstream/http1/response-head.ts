import { type FieldSection, parseFields } from './fields.js'
import { ParseError } from './parse-error.js'

/** Status line and header section of an answer. */
export interface ResponseHead extends FieldSection {
  readonly statusCode: number
  readonly statusMessage: string
  readonly httpVersion: '1.0' | '1.1'
}

/** Bytes of a head before its end is seen. Names and values have a limit of their own (`fields.ts`); this one is for the rest. */
export const HEAD_LIMIT_BYTES = 64 * 1024

const STATUS_LINE = /^HTTP\/(1\.[01]) (\d{3})(?: ([^\r\n]*))?(?:\r\n|$)/

/**
 * Reads a head (latin1, without the empty line at its end) as RFC 9112 §4 and §5 have it, and nothing that they do not: no bare line
 * feed, no folded line, no space before a colon. Throws ParseError.
 */
export function parseResponseHead(text: string): ResponseHead {
  const match = STATUS_LINE.exec(text)
  if (!match) throw new ParseError(...badStart(text))
  const [line, version, status, reason = ''] = match
  const fields = parseFields(text, line.length, reason.length)
  const statusCode = Number(status)
  if (statusCode < 100) throw new ParseError('HPE_INVALID_STATUS', 'Status below 100')
  if (statusCode < 200 && hasBody(fields)) throw new ParseError('HPE_UNEXPECTED_CONTENT_LENGTH', 'Body of a 1xx answer')
  return {
    statusCode,
    statusMessage: reason,
    httpVersion: version === '1.0' ? '1.0' : '1.1',
    rawHeaders: fields.rawHeaders,
    connection: fields.connection,
    contentLength: fields.contentLength,
    transferEncoding: fields.transferEncoding,
    upgrade: fields.upgrade,
  }
}

/** RFC 9110 §8.6: no 1xx, and no 204, announces one. Who believes it all the same takes what comes next for that body. */
export function hasBody({ contentLength = 0, transferEncoding }: FieldSection): boolean {
  return contentLength > 0 || transferEncoding !== undefined
}

/** What is wrong with the beginning of an answer; undefined while it may still become one. */
export function wrongStart(bytes: Buffer): ParseError | undefined {
  const start = bytes.toString('latin1', 0, PREFIX.length)
  // Half of an empty line may come first.
  return PREFIX.startsWith(start) || start === '\r' ? undefined : new ParseError(...badStart(start))
}

const PREFIX = 'HTTP/'

function badStart(text: string): [`HPE_${string}`, string] {
  if (!text.startsWith(PREFIX)) return ['HPE_INVALID_CONSTANT', 'Expected HTTP/']
  if (!/^HTTP\/1\.[01] /.test(text)) return ['HPE_INVALID_VERSION', 'Invalid HTTP version']
  return ['HPE_INVALID_STATUS', 'Invalid status line']
}
