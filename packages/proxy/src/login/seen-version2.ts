/** Far more than anybody visits in the life of a process, and 3 MB at the most (names of 253 characters). */
const MAX_ORIGINS = 10_000

/** Origins that offered version 2 once: version 2 stays the least that is answered there (PROTOCOL.md §2.6). */
export interface SeenVersion2 {
  has(origin: string): boolean
  add(origin: string): void
}

/**
 * @param allowsVersion1 an entry allows version 1 for this origin now. Such an origin is never forgotten, whatever number of
 *   names somebody else has: forgetting it would open the way back to version 1. There are as many as the user trusts.
 */
export function createSeenVersion2(allowsVersion1: (origin: string) => boolean): SeenVersion2 {
  const seen = new Set<string>()
  return {
    has: (origin) => seen.has(origin),
    add(origin) {
      seen.delete(origin)
      seen.add(origin)
      if (seen.size > MAX_ORIGINS) forgetOldest(seen, allowsVersion1)
    },
  }
}

function forgetOldest(seen: Set<string>, isKept: (origin: string) => boolean): void {
  for (const origin of seen) {
    if (isKept(origin)) continue
    seen.delete(origin)
    return
  }
}
