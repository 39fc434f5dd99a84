/**
 * What the data path does with a header field, by name; whatever is not listed travels untouched.
 * `drop`: hop-by-hop (RFC 9110 §7.6.1), or meant for a proxy only. The others are read on the way.
 */
export type FieldRule = 'keep' | 'drop' | ReadField
export type ReadField =
  | 'host'
  | 'connection'
  | 'content-length'
  | 'cookie'
  | 'keep-alive'
  | 'max-forwards'
  | 'proxy-authorization'
  | 'set-cookie'
  | 'trailer'
  | 'transfer-encoding'
  | 'upgrade'
  | 'via'

const RULES: ReadonlyMap<string, FieldRule> = new Map<string, FieldRule>([
  ['host', 'host'],
  ['http2-settings', 'drop'],
  ['connection', 'connection'],
  ['content-length', 'content-length'],
  ['cookie', 'cookie'],
  ['keep-alive', 'keep-alive'],
  ['max-forwards', 'max-forwards'],
  ['proxy-authenticate', 'drop'],
  ['proxy-authentication-info', 'drop'],
  ['proxy-authorization', 'proxy-authorization'],
  ['proxy-connection', 'drop'],
  ['set-cookie', 'set-cookie'],
  ['te', 'drop'],
  ['trailer', 'trailer'],
  ['transfer-encoding', 'transfer-encoding'],
  ['upgrade', 'upgrade'],
  ['via', 'via'],
])

/** Spellings seen so far, so that a request's usual names cost one look-up and no lower-casing. */
const SEEN = new Map<string, FieldRule>()
const SEEN_LIMIT = 1000

export function fieldRule(name: string): FieldRule {
  const seen = SEEN.get(name)
  if (seen !== undefined) return seen
  const rule = RULES.get(name.toLowerCase()) ?? 'keep'
  if (SEEN.size < SEEN_LIMIT && name.length < 64) SEEN.set(name, rule)
  return rule
}

/**
 * Fields that a Connection header cannot have removed: they frame the message, carry authority, or guard a browser.
 * A request that names one of them is refused; in an answer the nomination is ignored and the field travels.
 */
const PROTECTED: ReadonlySet<string> = new Set([
  ...['host', 'content-length', 'content-type', 'content-encoding', 'content-range', 'expect', 'via', 'max-forwards'],
  ...['authorization', 'cookie', 'set-cookie', 'www-authenticate', 'authentication-info', 'location'],
  ...['origin', 'referer', 'user-agent', 'accept', 'upgrade-insecure-requests', 'cache-control', 'vary', 'etag'],
  ...['content-security-policy', 'strict-transport-security', 'x-frame-options', 'x-content-type-options'],
])
const PROTECTED_PREFIXES = [
  'iam-auth-',
  'sec-',
  'access-control-',
  'cross-origin-',
  'forwarded',
  'x-forwarded-',
  'x-amz-',
]

/** `name` in lower case. */
export function isProtectedField(name: string): boolean {
  return PROTECTED.has(name) || PROTECTED_PREFIXES.some((prefix) => name.startsWith(prefix))
}

/** Options of the connection itself, which name no field of their own that could travel. */
const CONNECTION_OPTIONS: ReadonlySet<string> = new Set([
  'close',
  'keep-alive',
  'upgrade',
  'te',
  'proxy-connection',
  '',
])

/** The fields a Connection header asks to drop, in lower case. */
export function nominatedFields(connection: string): string[] {
  if (connection === 'keep-alive' || connection === 'close' || connection === 'Keep-Alive') return []
  const names = connection.toLowerCase().split(',')
  return names.map((name) => name.trim()).filter((name) => !CONNECTION_OPTIONS.has(name))
}

/** A Content-Length without leading zeros: somebody behind us might read `010` as eight. */
export function plainLength(digits: string): string {
  return digits.length > 1 && digits.startsWith('0') ? digits.replace(/^0+(?=.)/, '') : digits
}

/** A flat header list without the named fields (lower case). */
export function withoutFields(flat: readonly string[], names: readonly string[]): string[] {
  const kept: string[] = []
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] as string
    if (!names.includes(name.toLowerCase())) kept.push(name, flat[i + 1] as string)
  }
  return kept
}
