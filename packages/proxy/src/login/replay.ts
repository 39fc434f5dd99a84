import {
  type CookiePair,
  formatCookieHeader,
  headerValues,
  isChallengeCookieName,
  parseCookieHeader,
  type RawHeaders,
} from 'iam-auth-protocol'

/** The client's own cookies, without any challenge cookie. */
export function clientCookies(requestRawHeaders: RawHeaders): CookiePair[] {
  return headerValues(requestRawHeaders, 'cookie')
    .flatMap(parseCookieHeader)
    .filter(({ name }) => !isChallengeCookieName(name))
}

/** One Cookie field value: the client's cookies, with `added` in place of those of the same name. */
export function mergedCookieHeader(requestRawHeaders: RawHeaders, added: readonly CookiePair[]): string {
  const names = new Set(added.map(({ name }) => name))
  return formatCookieHeader([...clientCookies(requestRawHeaders).filter(({ name }) => !names.has(name)), ...added])
}
