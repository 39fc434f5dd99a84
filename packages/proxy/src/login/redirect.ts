import type { ChallengedExchange } from './exchange.js'

/**
 * Path and query of the original's `/auth` call: `return_url` first, `token` second, in Go's query escaping. Unlike the
 * original it keeps the path as it was received instead of decoding it once.
 */
export function authCall(authPath: string, returnPath: string, token: string): string {
  return `${authPath}?return_url=${queryEscape(returnPath)}&token=${queryEscape(token)}`
}

/** The original's answer to a page load: a scheme-relative 302, which the browser follows through the proxy. */
export function redirectToAuth({ origin }: ChallengedExchange, authPathAndQuery: string): readonly string[] {
  const location = `//${new URL(origin).host}${authPathAndQuery}`
  return ['Location', location, 'Content-Type', 'text/plain', 'Cache-Control', 'no-store', 'Content-Length', '0']
}

/** Go's `url.QueryEscape`: everything but letters, digits and `-_.~` is escaped, a space becomes `+`. */
function queryEscape(text: string): string {
  return encodeURIComponent(text)
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
