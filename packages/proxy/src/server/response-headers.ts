import type { UpstreamAnswer } from '../upstream/message.js'
import type { ReadField } from './fields.js'
import { fieldRule, isProtectedField, nominatedFields, plainLength, withoutFields } from './fields.js'
import { Refusal } from './refusal.js'

export interface AnswerFraming {
  /** What our client is told about the message: `Via`'s new entry. */
  readonly pseudonym: string
  /** Lines a login got, before the service's own. */
  readonly setCookieLines: readonly string[]
  /** Flat: added where the service sends none of that name. */
  readonly defaultHeaders: readonly string[]
  /** Our answer will be chunked if it has no length: HTTP/1.1, and a body. */
  readonly canChunk: boolean
}

/** What our client gets to see before the body. */
export interface AnswerHead {
  readonly headers: string[]
  /** The body is in a coding that only the end of the connection delimits. */
  readonly mustClose: boolean
}

/**
 * The flat header list for the client, out of one pass over the service's. Throws Refusal 502 for framing that we could
 * not pass on truthfully.
 */
export function formatResponseHeaders(answer: UpstreamAnswer, framing: AnswerFraming): AnswerHead {
  const { rawHeaders } = answer
  const flat: string[] = []
  const read: ReadFields = { connection: '', contentLength: undefined, coding: undefined, trailer: undefined }
  for (const line of framing.setCookieLines) flat.push('Set-Cookie', line)
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const value = rawHeaders[i + 1] as string
    const rule = fieldRule(name)
    if (rule === 'keep') flat.push(name, value)
    else if (rule !== 'drop' && readField(read, rule, value, answer)) flat.push(name, value)
  }
  pushDefaults(flat, framing.defaultHeaders)
  requireOneFraming(read, framing)
  const kept = read.connection === '' ? flat : withoutNominated(flat, read.connection)
  kept.push('Via', `${answer.httpVersion} ${framing.pseudonym}`)
  const mustClose = pushFraming(kept, read, framing)
  return { headers: kept, mustClose }
}

function pushDefaults(flat: string[], defaults: readonly string[]): void {
  for (let i = 0; i < defaults.length; i += 2) {
    const name = defaults[i] as string
    const isSent = flat.some((own, at) => at % 2 === 0 && own.toLowerCase() === name.toLowerCase())
    if (!isSent) flat.push(name, defaults[i + 1] as string)
  }
}

/** True where only the end of the connection ends the body. */
function pushFraming(
  flat: string[],
  { coding, contentLength, trailer }: ReadFields,
  { canChunk }: AnswerFraming,
): boolean {
  // Last, because of Node: after Content-Length it reads a Content-Disposition as UTF-8 and breaks its bytes.
  if (coding === undefined && contentLength !== undefined) flat.push('Content-Length', contentLength)
  if (coding === undefined || !canChunk) return false
  const isPlain = PLAIN_CODING.test(coding)
  // A coding we do not know travels with its label; the chunks around it are taken off and put on by Node.
  if (!isPlain) flat.push('Transfer-Encoding', coding)
  const isChunked = CHUNKED_LAST.test(coding)
  // Node throws on Trailer where the message is not chunked.
  if (trailer !== undefined && isChunked) flat.push('Trailer', trailer)
  return !isPlain && !isChunked
}

const PLAIN_CODING = /^(?:chunked|identity)$/i
const CHUNKED_LAST = /(?:^|,)\s*chunked$/i

interface ReadFields {
  connection: string
  contentLength: string | undefined
  coding: string | undefined
  trailer: string | undefined
}

/** Notes a field that is about the message's way to us. True if it travels on as well. */
function readField(read: ReadFields, field: ReadField, value: string, answer: UpstreamAnswer): boolean {
  switch (field) {
    case 'content-length':
      read.contentLength = hasNoLength(answer) ? undefined : plainLength(value)
      return false
    case 'connection':
      read.connection = read.connection === '' ? value : `${read.connection},${value}`
      return false
    case 'trailer':
      read.trailer = read.trailer === undefined ? value : `${read.trailer}, ${value}`
      return false
    case 'transfer-encoding':
      read.coding = read.coding === undefined ? value : `${read.coding}, ${value}`
      return false
    case 'keep-alive':
      heedKeepAlive(answer, value)
      return false
    default:
      return field !== 'upgrade' && field !== 'proxy-authorization'
  }
}

/** RFC 9110 §8.6: a client that believes a length here takes the next answer for a body. */
function hasNoLength({ statusCode = 0 }: UpstreamAnswer): boolean {
  return statusCode === 204 || statusCode < 200
}

/** The header list of a 1xx answer: no framing, no body. */
export function formatInterimHeaders(rawHeaders: readonly string[]): string[] {
  const flat: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const rule = fieldRule(name)
    if (rule === 'keep' || rule === 'set-cookie') flat.push(name, rawHeaders[i + 1] as string)
  }
  return flat
}

/** Node takes `chunked` anywhere in the list for the framing; and no framing at all has two meanings beside a length. */
function requireOneFraming({ coding, contentLength }: ReadFields, { canChunk }: AnswerFraming): void {
  if (coding === undefined) return
  const isOther = !PLAIN_CODING.test(coding)
  if (!CODINGS.test(coding) || isChunkedLookalike(coding) || (isOther && (contentLength !== undefined || !canChunk))) {
    throw new Refusal(
      502,
      'the service sent a body in a transfer coding we cannot pass on',
      'http_response_transfer_coding',
    )
  }
}

const CODINGS = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/

/** `chunked` is the last coding and spelled so, or somebody between the service and the browser will see it differently. */
function isChunkedLookalike(coding: string): boolean {
  return /chunked(?!$)|[^,\s]chunked/i.test(coding)
}

function withoutNominated(flat: string[], connection: string): string[] {
  const nominated = nominatedFields(connection).filter((name) => !isProtectedField(name))
  return nominated.length > 0 ? withoutFields(flat, nominated) : flat
}

/** `Keep-Alive: timeout=5`: leave a connection alone a second before its server does, or a request may meet the end. */
function heedKeepAlive(answer: UpstreamAnswer, value: string): void {
  const seconds = Number(/timeout=(\d+)/i.exec(value)?.[1])
  if (seconds >= 1 && seconds < 60) answer.limitIdle?.(Math.max(500, seconds * 1000 - 1000))
}
