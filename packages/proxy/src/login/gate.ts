import { headerValues, type RawHeaders } from 'iam-auth-protocol'

/** The part of a request that says on whose behalf it was made. */
export interface GatedRequest {
  readonly origin: string
  readonly method: string
  readonly requestRawHeaders: RawHeaders
}

/**
 * Whether a login may lend the person's authority to this request (PROTOCOL.md, "Which requests may be logged in"): a
 * page of another site must not get it, just as SameSite keeps it from the session cookie.
 */
export function mayLogIn(request: GatedRequest): boolean {
  if (request.method === 'OPTIONS') return false
  if (first(request, 'sec-purpose') !== undefined || first(request, 'purpose') === 'prefetch') return false
  return isNavigation(request) || isSameOrigin(request) || isNoBrowser(request)
}

/** A person opens a page at the top level of a tab, by GET or HEAD, from wherever. */
export function isNavigation(request: GatedRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  if (hasFetchMetadata(request)) {
    return first(request, 'sec-fetch-mode') === 'navigate' && first(request, 'sec-fetch-dest') === 'document'
  }
  // Browsers send no Sec-Fetch fields to plain http origins (W3C Fetch Metadata §2).
  return (
    request.method === 'GET' &&
    first(request, 'upgrade-insecure-requests') === '1' &&
    (first(request, 'accept') ?? '').startsWith('text/html') &&
    first(request, 'sec-purpose') === undefined
  )
}

/**
 * A page load that may be one in a frame of another site: without Sec-Fetch fields the two look the same. Its cookie would
 * not have come along (SameSite), and ours does, so what comes back must not be shown in a frame.
 */
export function mayBeFramed(request: GatedRequest): boolean {
  return isNavigation(request) && !hasFetchMetadata(request)
}

function isSameOrigin(request: GatedRequest): boolean {
  const origin = first(request, 'origin')
  const site = first(request, 'sec-fetch-site')
  if (origin !== undefined && origin !== request.origin) return false
  if (hasFetchMetadata(request)) return site === 'same-origin' || site === 'none'
  if (origin !== undefined) return true
  const referer = first(request, 'referer')
  return referer !== undefined && originOf(referer) === request.origin
}

/** Nothing in it says that a browser made it. */
export function isNoBrowser(request: GatedRequest): boolean {
  return (
    (!hasFetchMetadata(request) || isFetchOfNode(request)) &&
    first(request, 'origin') === undefined &&
    first(request, 'referer') === undefined &&
    !(first(request, 'user-agent') ?? '').startsWith('Mozilla/')
  )
}

/**
 * Node's own fetch, and undici's, say `Sec-Fetch-Mode: cors` and none of the others. A browser sends Sec-Fetch-Site with it,
 * but for Chromium's preflights over plain http, which are OPTIONS; and no page can have it call itself `node`.
 */
function isFetchOfNode(request: GatedRequest): boolean {
  return (
    ['node', 'undici'].includes(first(request, 'user-agent') ?? '') &&
    first(request, 'sec-fetch-mode') === 'cors' &&
    first(request, 'sec-fetch-site') === undefined &&
    first(request, 'sec-fetch-dest') === undefined
  )
}

function hasFetchMetadata(request: GatedRequest): boolean {
  return ['sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest'].some((name) => first(request, name) !== undefined)
}

/** The value of a field; a field that stands twice is a contradiction, and equals nothing that is compared to it. */
function first(request: GatedRequest, name: string): string | undefined {
  const values = headerValues(request.requestRawHeaders, name)
  return values.length > 1 ? values.join('\n') : values[0]
}

function originOf(url: string): string | undefined {
  try {
    return new URL(url).origin
  } catch {
    return undefined
  }
}
