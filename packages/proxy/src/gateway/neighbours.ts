import { headerValues } from 'iam-auth-protocol'
import type { Place } from './front.js'

/** The part of a request that says where it is from. */
export interface Coming {
  readonly method: string
  readonly rawHeaders: readonly string[]
}

/**
 * Whether it comes from another port of the gateway's name, or a name below it. Browsers call that the same site, and send
 * cookies along; but whoever listens there, another user of this machine perhaps, is nobody that the site has to do with.
 */
export function isFromNeighbour({ rawHeaders }: Coming, { host, origin }: Place): boolean {
  if (headerValues(rawHeaders, 'sec-fetch-site').includes('same-site')) return true
  const name = host.replace(/:\d+$/, '')
  return headerValues(rawHeaders, 'origin').some((from) => {
    if (from === origin || !URL.canParse(from)) return false
    const { hostname } = new URL(from)
    return hostname === name || hostname.endsWith(`.${name}`)
  })
}

/** A person follows a link: SameSite=Lax lets cookies come along with that from anywhere (RFC 6265bis §8.8.2). */
export function isFollowedLink({ method, rawHeaders }: Coming): boolean {
  const isSafe = method === 'GET' || method === 'HEAD'
  const says = (name: string, value: string) => headerValues(rawHeaders, name).join() === value
  return isSafe && says('sec-fetch-mode', 'navigate') && says('sec-fetch-dest', 'document')
}
