/** Limits of failing logins per origin (PROTOCOL.md, "The proxy's order of checks"). */
const PER_MINUTE = 5
const IN_A_ROW = 3
const MINUTE_MS = 60_000
/** Whoever has more names than these has a budget for each of them anyway. */
const MAX_ORIGINS = 1000

/** Counts failed logins and 401s to a replay, so that a service that refuses everything costs a few AWS calls, not thousands. */
export interface AttemptBudget {
  /** Another login may be tried for this origin now. */
  allows(origin: string): boolean
  failed(origin: string): void
  /** A login succeeded. It ends a row of failures only once another attempt comes without its session having failed. */
  succeeded(origin: string): void
  /** A person has asked to try again. */
  forget(origin: string): void
}

interface Failures {
  times: number[]
  inARow: number
  /** The last thing heard was a success. */
  recovered: boolean
}

/** @param monotonicMs a clock that never goes back, in ms */
export function createAttemptBudget(monotonicMs: () => number): AttemptBudget {
  const failures = new Map<string, Failures>()
  const recent = (origin: string) => {
    const entry = failures.get(origin)
    if (entry === undefined) return undefined
    entry.times = entry.times.filter((time) => time > monotonicMs() - MINUTE_MS)
    if (entry.times.length > 0) return entry
    failures.delete(origin)
    return undefined
  }
  return {
    allows(origin) {
      const entry = recent(origin)
      if (entry?.recovered) entry.inARow = 0
      return entry === undefined || (entry.times.length < PER_MINUTE && entry.inARow < IN_A_ROW)
    },
    failed(origin) {
      const entry = recent(origin) ?? { times: [], inARow: 0, recovered: false }
      entry.times.push(monotonicMs())
      entry.inARow += 1
      entry.recovered = false
      failures.delete(origin)
      failures.set(origin, entry)
      const [oldest] = failures.keys()
      if (failures.size > MAX_ORIGINS && oldest !== undefined) failures.delete(oldest)
    },
    succeeded(origin) {
      const entry = failures.get(origin)
      if (entry !== undefined) entry.recovered = true
    },
    forget: (origin) => void failures.delete(origin),
  }
}
