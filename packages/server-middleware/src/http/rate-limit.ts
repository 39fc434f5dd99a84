import { isIPv4, isIPv6 } from 'node:net'
import { LoginRefusal } from '../refusal.js'
import { createTokenBuckets, type Rate } from './token-buckets.js'

/** How often a login may be tried, so that nobody empties the account's KMS quota, or its purse, through us. */
export interface RateLimit {
  /** @throws LoginRefusal ERR_IAM_RATE_LIMIT, ERR_IAM_TOTAL_RATE_LIMIT */
  take(address: string): void
}

export interface RateLimitOptions {
  readonly perAddress: Rate
  /** Of all addresses together, on this instance. */
  readonly total: Rate
  /** ms since 1970. */
  readonly now: () => number
  /** Addresses remembered. @default 10000 */
  readonly maxAddresses?: number
}

/** An address that is over its own limit takes nothing from the others. */
export function createRateLimit({ perAddress, total, now, maxAddresses = 10_000 }: RateLimitOptions): RateLimit {
  const ofOne = createTokenBuckets({ ...perAddress, now, maxNames: maxAddresses })
  const ofAll = createTokenBuckets({ ...total, now, maxNames: 1 })
  return {
    take(address) {
      if (!ofOne.take(networkOf(address))) {
        throw new LoginRefusal('ERR_IAM_RATE_LIMIT', 'too many logins from this address')
      }
      if (!ofAll.take('all')) {
        throw new LoginRefusal('ERR_IAM_TOTAL_RATE_LIMIT', 'too many logins from all addresses together')
      }
    },
  }
}

/**
 * What counts as one address. An IPv6 client has a whole /64 to itself (RFC 6177). Where Express trusts a proxy that
 * checks nothing, `req.ip` is any text that a client sent: all such texts are one.
 */
export function networkOf(address: string): string {
  const [bare = ''] = address.split('%', 1)
  if (isIPv4(bare)) return copy(bare)
  if (!isIPv6(bare)) return 'unknown'
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare) ?? []
  if (mapped !== undefined) return copy(mapped)
  const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::')
  const before = head.split(':').filter((group) => group !== '')
  const after = (tail ?? '').split(':').filter((group) => group !== '')
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`
}

/** A part of a text keeps all of it in memory (V8's sliced strings): here, an X-Forwarded-For of up to 16 KiB. */
function copy(ipv4: string): string {
  return ipv4.split('.').map(Number).join('.')
}
