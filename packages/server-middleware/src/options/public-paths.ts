/** A path, or all paths below one. */
export interface PublicPath {
  readonly path: string
  readonly isPrefix: boolean
}

const SHAPE = /^(?:\/[A-Za-z0-9\-._~!$&'()+,;=:@]+)*(?:\/|\/\*)?$/

/** @throws Error for anything but `/path`, or `/path/*` */
export function parsePublicPath(text: string): PublicPath {
  const dotted = text.split('/').some((segment) => segment === '.' || segment === '..')
  if (text === '' || dotted || !SHAPE.test(text)) throw new Error(`${JSON.stringify(text)} is not a path, nor /path/*`)
  if (text === '/*') throw new Error('/* would make everything public')
  return text.endsWith('/*') ? { path: text.slice(0, -1), isPrefix: true } : { path: text, isPrefix: false }
}

/**
 * Whether a request's path is public. What a router or a file server behind could read as another path (dot segments,
 * backslashes, encoded slashes, `//`) never is.
 */
export function isPublicPath(path: string, publicPaths: readonly PublicPath[]): boolean {
  if (/\\|\/\/|\/\.{1,2}(?:\/|$)|%(?:2e|2f|5c|25|00)/i.test(path)) return false
  return publicPaths.some((rule) => (rule.isPrefix ? path.startsWith(rule.path) : path === rule.path))
}
