/** ms that we believe what a service said: it may be another one tomorrow. */
const BELIEVED_MS = 10 * 60_000
const LIMIT = 1000

/** What services have negotiated, by `host:port`, where that is not the usual: HTTP/1.1, and perhaps HTTP/2 as well. */
export interface KnownProtocols {
  note(name: string, only: 'h2' | 'http/1.1'): void
  /** So that most requests need not ask. */
  hasAny(): boolean
  isOnly(name: string, protocol: 'h2' | 'http/1.1'): boolean
}

export function createKnownProtocols(monotonicMs: () => number): KnownProtocols {
  const known = new Map<string, { readonly only: 'h2' | 'http/1.1'; readonly until: number }>()
  return {
    note(name, only) {
      known.delete(name)
      known.set(name, { only, until: monotonicMs() + BELIEVED_MS })
      const [oldest] = known.keys()
      if (known.size > LIMIT && oldest !== undefined) known.delete(oldest)
    },
    hasAny: () => known.size > 0,
    isOnly(name, protocol) {
      const entry = known.get(name)
      return entry !== undefined && entry.only === protocol && monotonicMs() < entry.until
    },
  }
}
