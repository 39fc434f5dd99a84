/** So many at once, and then so many a second. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** A token bucket for each name. */
export interface TokenBuckets {
  /** False where the name's bucket is empty. */
  take(name: string): boolean
}

export interface TokenBucketsOptions extends Rate {
  /** ms since 1970. */
  readonly now: () => number
  /** Names remembered; the one not seen for longest is forgotten. */
  readonly maxNames: number
}

interface Bucket {
  readonly tokens: number
  readonly at: number
}

export function createTokenBuckets({ perSecond, burst, now, maxNames }: TokenBucketsOptions): TokenBuckets {
  const buckets = new Map<string, Bucket>()
  return {
    take(name) {
      const at = now()
      const last = buckets.get(name) ?? { tokens: burst, at }
      const elapsed = Math.max(0, at - last.at) / 1000
      const tokens = Math.min(burst, last.tokens + elapsed * perSecond)
      buckets.delete(name) // so that the Map is in the order of last use
      buckets.set(name, { tokens: tokens < 1 ? tokens : tokens - 1, at })
      if (buckets.size > maxNames) buckets.delete(buckets.keys().next().value ?? '')
      return tokens >= 1
    },
  }
}
