const MAX_BYTES = 2048

/** The mark of the version-1 bounce: this path has been through `/auth` without a challenge cookie once. */
const BOUNCE_MARK = '__iam=1'

/**
 * Where a version-1 login may send the browser: an absolute URL of this origin, or its root for anything that could lead
 * elsewhere (open redirect) or back to the auth path (loop).
 *
 * @param untrustedPath `return_url` as received, after percent-decoding of the query
 */
export function safeReturnUrl(untrustedPath: unknown, origin: string, authPath: string): string {
  return acceptable(untrustedPath, origin, authPath) ?? `${origin}/`
}

/** The URL carries the bounce mark as its last query parameter. */
export function hasBounceMark(url: string): boolean {
  const start = url.indexOf('?')
  if (start < 0) return false
  const query = url.slice(start + 1)
  return query === BOUNCE_MARK || query.endsWith(`&${BOUNCE_MARK}`)
}

export function addBounceMark(url: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${BOUNCE_MARK}`
}

/** Takes the last mark away; a URL without one stays as it is. */
export function dropBounceMark(url: string): string {
  return hasBounceMark(url) ? url.slice(0, -(BOUNCE_MARK.length + 1)) : url
}

function acceptable(path: unknown, origin: string, authPath: string): string | undefined {
  if (typeof path !== 'string' || path.length > MAX_BYTES || !/^\/[\x21-\x5b\x5d-\x7e]*$/.test(path)) return undefined
  if (path.startsWith('//')) return undefined
  const url = new URL(path, origin)
  if (url.origin !== origin || url.username !== '' || url.password !== '') return undefined
  if (url.pathname.startsWith('//')) return undefined // `/.//evil`, `/%2e//evil`, `/a/..//evil`
  if (decodePath(url.pathname) === authPath) return undefined
  return origin + url.pathname + url.search
}

/** Byte by byte, since `decodeURIComponent` throws on `/caf%E9`, a path like any other. The auth path is ASCII. */
function decodePath(pathname: string): string {
  return pathname.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
