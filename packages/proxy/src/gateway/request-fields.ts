import type { Place } from './front.js'
import { type Coming, isFollowedLink, isFromNeighbour } from './neighbours.js'
import { swapOrigin } from './origins.js'

/**
 * What a browser says at the gateway, as it would say it at the site. Everything that is compared with the site's origin (our
 * own gate, the CSRF checks of the service) then sees what it would see there: a foreign origin stays foreign.
 */
export function rewriteRequest(request: Coming, place: Place, places: readonly Place[]): string[] {
  const { rawHeaders } = request
  const isForeign = isFromNeighbour(request, place)
  const dropsCookies = isForeign && !isFollowedLink(request)
  const flat: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const field = name.toLowerCase()
    if (field === 'cookie' && dropsCookies) continue
    if (field === 'sec-fetch-site' && isForeign) flat.push(name, 'cross-site')
    else flat.push(name, rewriteField(field, rawHeaders[i + 1] as string, place, places))
  }
  return flat
}

function rewriteField(name: string, value: string, { site }: Place, places: readonly Place[]): string {
  if (name === 'host') return site.hostHeader
  if (name === 'origin') return swapOrigin(value, places)
  if (name === 'referer') return swapUrl(value, places)
  // Where WebDAV copies and moves to: RFC 4918 §10.3.
  if (name === 'destination') return placesOnly(value, places)
  return value
}

/** Written anew, so that no spelling of the site's own address passes for it. */
function swapUrl(value: string, places: readonly Place[]): string {
  if (!URL.canParse(value)) return value
  const { origin, pathname, search } = new URL(value)
  const swapped = swapOrigin(origin, places)
  return swapped === origin ? value : swapped + pathname + search
}

function placesOnly(value: string, places: readonly Place[]): string {
  const place = places.find(({ origin }) => value.startsWith(`${origin}/`))
  return place ? place.site.origin + value.slice(place.origin.length) : value
}
