import { headerValues } from 'iam-auth-protocol'
import { type OwnAnswer, type OwnRoute, ownText } from './route.js'

/** What a request for an own page says about itself. */
export interface OwnRequestHead {
  readonly method: string
  readonly rawHeaders: readonly string[]
  /** How the client calls us: `http://127.0.0.1:8080`. */
  readonly origin: string
}

const ELSEWHERE = 'another site has sent this request. Open the address in a tab of its own'

/**
 * What keeps web pages away from ours: the refusal for a request that another site may have caused. Browsers send
 * Sec-Fetch-* to loopback addresses, whatever the scheme; those that do not know it yet send Origin with a POST.
 */
export function refuseElsewhere(
  { method, rawHeaders, origin }: OwnRequestHead,
  route: OwnRoute | undefined,
): OwnAnswer | undefined {
  const value = (name: string) => headerValues(rawHeaders, name).join(', ')
  const claimed = value('origin')
  if (claimed !== '' && claimed !== origin) return ownText(403, ELSEWHERE)
  const site = value('sec-fetch-site')
  if (site === '' || site === 'none' || site === 'same-origin') return undefined
  const isLink = value('sec-fetch-mode') === 'navigate' && value('sec-fetch-dest') === 'document' && isRead(method)
  return isLink && route?.mayBeLinked === true ? undefined : ownText(403, ELSEWHERE)
}

/** GET, or GET without the body. */
export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}
