import type { Place } from './front.js'

/**
 * An origin on the other side of the gateway. It is an exchange: a page at the site's real address, which did not come through
 * us, is another origin here, and must not pass for the one in front of us.
 */
export function swapOrigin(value: string, places: readonly Place[]): string {
  const origin = URL.canParse(value) ? new URL(value).origin : value
  for (const place of places) {
    if (origin === place.origin) return place.site.origin
    if (origin === place.site.origin) return place.origin
  }
  return value
}

/** Scheme, if any, and authority: what a browser takes for them, which reads `\` as `/`. */
const AUTHORITY = /^(?:[a-z][a-z\d+.-]*:)?[/\\]{2}[^/\\?#]+/i

/**
 * A URL of an answer, for the browser at the gateway. What has no host means the same there; the rest of the URL stays as it
 * is spelled.
 */
export function relocateUrl(value: string, { site }: Place, places: readonly Place[]): string {
  const [authority] = AUTHORITY.exec(value) ?? []
  if (authority === undefined || !URL.canParse(authority, site.origin)) return value
  const { origin } = new URL(authority, site.origin)
  const place = places.find((other) => other.site.origin === origin) ?? places.find((other) => isTwin(other, origin))
  return place ? place.origin + value.slice(authority.length) : value
}

/** The http address of an https site: behind a load balancer applications often believe that it is theirs. */
function isTwin({ site }: Place, origin: string): boolean {
  return site.scheme === 'https' && origin === `http://${site.hostHeader}`
}
