import { ProtocolError } from './errors.js'
import { trimWhiteSpace } from './raw-headers.js'

/** A cookie as a name and a value, without its attributes. */
export interface CookiePair {
  readonly name: string
  readonly value: string
}

const HOST_PREFIXED = '__Host-iam_auth_c'
const PLAIN = 'iam_auth_c'
const OPAQUE_VALUE = /^[A-Za-z0-9._-]{1,256}$/

/** `__Host-iam_auth_c` on https; on plain http, where browsers refuse that prefix, `iam_auth_c`. */
export function challengeCookieName(origin: string): string {
  return origin.startsWith('https:') ? HOST_PREFIXED : PLAIN
}

export function isChallengeCookieName(name: string): boolean {
  return name === HOST_PREFIXED || name === PLAIN
}

/** The pairs of a `Cookie` field value in their order (RFC 6265 §4.2.1). Pieces without `=` are dropped. */
export function parseCookieHeader(value: string): CookiePair[] {
  return value.split(';').flatMap((piece) => {
    const pair = parsePair(piece)
    return pair === undefined ? [] : [pair]
  })
}

export function formatCookieHeader(pairs: readonly CookiePair[]): string {
  return pairs.map(({ name, value }) => `${name}=${value}`).join('; ')
}

/** The pair a `Set-Cookie` line sets; undefined where it sets none. */
export function parseSetCookiePair(line: string): CookiePair | undefined {
  return parsePair(line.split(';', 1)[0] ?? '')
}

/** The line takes the cookie away: a `Max-Age` of zero or less or, without one, an `Expires` of the last century. */
export function isRemoval(setCookieLine: string): boolean {
  const attributes = setCookieLine.split(';').slice(1).flatMap(parseAttribute)
  const lastOf = (name: string) => attributes.findLast((attribute) => attribute.name === name)?.value
  const maxAge = lastOf('max-age') ?? ''
  if (/^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0
  return /\b(?:19\d\d|[7-9]\d)\b/.test(lastOf('expires') ?? '')
}

/**
 * The one challenge cookie among a 401's `Set-Cookie` lines.
 *
 * @throws ProtocolError ERR_IAM_CHALLENGE_COOKIE: none, more than one, another scheme's name, or a value not allowed.
 */
export function requireChallengeCookie(setCookieLines: readonly string[], origin: string): CookiePair {
  const found = setCookieLines.map(parseSetCookiePair).filter((pair) => pair && isChallengeCookieName(pair.name))
  const [pair] = found
  if (pair === undefined || found.length > 1 || pair.name !== challengeCookieName(origin)) {
    throw new ProtocolError('ERR_IAM_CHALLENGE_COOKIE', 'the challenge does not come with exactly one challenge cookie')
  }
  if (!OPAQUE_VALUE.test(pair.value)) throw new ProtocolError('ERR_IAM_CHALLENGE_COOKIE', 'malformed challenge cookie')
  return pair
}

function parsePair(text: string): CookiePair | undefined {
  const equals = text.indexOf('=')
  if (equals < 0) return undefined
  const name = trimWhiteSpace(text.slice(0, equals))
  return name === '' ? undefined : { name, value: trimWhiteSpace(text.slice(equals + 1)) }
}

function parseAttribute(text: string): CookiePair[] {
  const pair = parsePair(text)
  return pair === undefined ? [] : [{ name: pair.name.toLowerCase(), value: pair.value }]
}
