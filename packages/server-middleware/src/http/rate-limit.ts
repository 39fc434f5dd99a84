import { isIPv6 } from 'node:net'
import { LoginRefusal } from '../refusal.js'

/** A token bucket per address, so that nobody empties the account's KMS quota through us. */
export interface RateLimit {
  /** @throws LoginRefusal ERR_IAM_RATE_LIMIT */
  take(address: string): void
}

export interface RateLimitOptions {
  readonly perSecond: number
  readonly burst: number
  /** ms since 1970. */
  readonly now: () => number
  /** Addresses remembered; the one not seen for longest is forgotten. @default 10000 */
  readonly maxAddresses?: number
}

interface Bucket {
  readonly tokens: number
  readonly at: number
}

export function createRateLimit({ perSecond, burst, now, maxAddresses = 10_000 }: RateLimitOptions): RateLimit {
  const buckets = new Map<string, Bucket>()
  return {
    take(address) {
      const name = networkOf(address)
      const at = now()
      const last = buckets.get(name) ?? { tokens: burst, at }
      const elapsed = Math.max(0, at - last.at) / 1000
      const tokens = Math.min(burst, last.tokens + elapsed * perSecond)
      buckets.delete(name) // so that the Map is in the order of last use
      buckets.set(name, { tokens: tokens < 1 ? tokens : tokens - 1, at })
      if (buckets.size > maxAddresses) buckets.delete(buckets.keys().next().value ?? '')
      if (tokens < 1) throw new LoginRefusal('ERR_IAM_RATE_LIMIT', 'too many logins from this address')
    },
  }
}

/** An IPv6 client has a whole /64 to itself (RFC 6177), so that counts as one address. */
export function networkOf(address: string): string {
  const [bare = ''] = address.split('%', 1)
  if (!isIPv6(bare)) return bare
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare) ?? []
  if (mapped !== undefined) return mapped
  const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::')
  const before = head.split(':').filter((group) => group !== '')
  const after = (tail ?? '').split(':').filter((group) => group !== '')
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`
}
