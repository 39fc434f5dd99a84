import { parseQuery, percentEncode } from './percent-encoding.js'

/** What a canonical request is made of. */
export interface SignableRequest {
  readonly method: string
  readonly path: string
  readonly rawQuery: string
  readonly headers: ReadonlyMap<string, readonly string[]>
}

/**
 * The canonical request: the text that both sides hash. Header values are latin1, so hash it as latin1 to get the bytes received.
 * Throws `URIError` if the query holds a broken escape.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request
 */
export function formatCanonicalRequest(
  request: SignableRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  const headers = signedHeaders.map((name) => `${name}:${canonicalValue(request.headers.get(name) ?? [])}\n`)
  return [
    request.method,
    canonicalUri(request.path),
    canonicalQuery(request.rawQuery),
    headers.join(''),
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n')
}

/** The path with `.`, `..` and empty segments resolved, and encoded once more (every service but S3 encodes twice). */
export function canonicalUri(path: string): string {
  if (path === '/' || path === '') return '/'
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(percentEncode(segment))
  }
  const isFolder = path.endsWith('/') && kept.length > 0
  return `/${kept.join('/')}${isFolder ? '/' : ''}`
}

// A presigned URL's own signature is not part of what it signs.
function canonicalQuery(rawQuery: string): string {
  if (rawQuery === '') return ''
  return parseQuery(rawQuery)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function canonicalValue(values: readonly string[]): string {
  return values.map((value) => trimSpaces(value.replace(/ {2,}/g, ' '))).join(',')
}

// Not `trim()`: that takes more than spaces and tabs away (U+00A0, which is a byte of latin1 too).
function trimSpaces(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text[start])) start++
  while (end > start && isSpace(text[end - 1])) end--
  return text.slice(start, end)
}

function isSpace(letter: string | undefined): boolean {
  return letter === ' ' || letter === '\t'
}
