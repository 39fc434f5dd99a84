import type { AuthorityState } from '../../commands/ca-state.js'

/** The local authority, for a page that asks every two seconds. */
export interface AuthorityWatch {
  /** As it was at the last look, at most half a minute ago while somebody asks; undefined while the first one takes long. */
  state(): Promise<AuthorityState | undefined>
}

export interface AuthorityWatchDeps {
  /** Reads files and runs programs: once for many questions. */
  readonly look: () => Promise<AuthorityState>
  /** ms that only grow */
  readonly monotonicMs: () => number
}

/** ms for which a look counts: programs of the system are run for it, one or two a store. */
const FRESH_FOR_MS = 30_000
/** ms that the first question waits for its look: a page comes without it before a person notices. */
const PATIENCE_MS = 1_000

/** Looks in the background, one look at a time, and only while somebody asks. */
export function createAuthorityWatch({ look, monotonicMs }: AuthorityWatchDeps): AuthorityWatch {
  let last: AuthorityState | undefined
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | undefined
  const lookAgain = async () => {
    try {
      last = await look()
    } catch {
      // What cannot be looked at is not known; the next question tries again.
      last = undefined
    } finally {
      lookedAt = monotonicMs()
      looking = undefined
    }
  }
  return {
    async state() {
      if (looking === undefined && monotonicMs() - lookedAt >= FRESH_FOR_MS) looking = lookAgain()
      if (last === undefined && looking !== undefined) await atMost(PATIENCE_MS, looking)
      return last
    },
  }
}

async function atMost(ms: number, task: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([task, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))])
  clearTimeout(timer)
}
