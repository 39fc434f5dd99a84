import { NO_BODY } from './body.js'
import type { Hop } from './call.js'
import { type Patience, waitFor } from './wait.js'

/** WHATWG fetch, "HTTP-redirect fetch", step 7. */
export const MAX_REDIRECTS = 20
const STATUSES = [301, 302, 303, 307, 308]
/** Belong to a body that is not sent on (the fetch standard's "request-body-header name"). */
const OF_THE_BODY = ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length']
/** Belong to the origin that they were meant for. Node strips the same. */
const OF_THE_ORIGIN = ['authorization', 'proxy-authorization', 'cookie', 'host']

/**
 * Where an answer leads, by the fetch standard's "HTTP-redirect fetch"; undefined where it leads nowhere. We follow by
 * ourselves because each origin has a session of its own, and may ask for a login of its own.
 *
 * @param patience for the rest of a stream that must be sent again
 * @throws TypeError as fetch does, or the reason of the signal
 */
export async function nextHop(hop: Hop, { status, headers }: Response, patience: Patience): Promise<Hop | undefined> {
  const location = headers.get('location')
  if (!STATUSES.includes(status) || location === null) return undefined
  const url = resolve(location, hop.url)
  const becomesGet = (status <= 302 && hop.method === 'POST') || (status === 303 && !isSafe(hop.method))
  const isSendable = becomesGet || (await waitFor(hop.body.isWhole(), patience)) === true
  if (!isSendable) throw failed('the body of a redirected request cannot be sent again')
  const crosses = url.origin !== hop.url.origin
  return {
    url,
    method: becomesGet ? 'GET' : hop.method,
    headers: without(hop.headers, [...(becomesGet ? OF_THE_BODY : []), ...(crosses ? OF_THE_ORIGIN : [])]),
    body: becomesGet ? NO_BODY : hop.body,
    isForeign: hop.isForeign || crosses,
  }
}

/** Says of an answer, and of its clones, that there was a redirect: the fetch below has not seen it. */
export function markRedirected(response: Response): Response {
  const clone = response.clone.bind(response)
  Object.defineProperties(response, {
    redirected: { value: true },
    clone: { value: () => markRedirected(clone()) },
  })
  return response
}

/** What fetch rejects with: the reason is its cause. */
export function failed(reason: string): TypeError {
  return new TypeError('fetch failed', { cause: new Error(reason) })
}

/** The methods that a redirect never changes, and that change nothing at the service. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

function resolve(location: string, base: URL): URL {
  if (!URL.canParse(location, base.href)) throw failed('a redirect leads to no URL')
  const url = new URL(location, base)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw failed('a redirect leads to no HTTP(S) URL')
  if (url.hash === '') url.hash = base.hash
  return url
}

function without(headers: Headers, names: readonly string[]): Headers {
  const kept = new Headers(headers)
  for (const name of names) kept.delete(name)
  return kept
}
