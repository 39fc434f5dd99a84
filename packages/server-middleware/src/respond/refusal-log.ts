import { createTokenBuckets } from '../http/token-buckets.js'
import type { Logger } from '../log.js'
import type { RefusalCode } from '../refusal.js'

/** Refusals, for the operator. Anybody can cause them, so a flood fills no disk, and one code hides no other. */
export interface RefusalLog {
  write(level: 'warn' | 'error', fields: { readonly code: RefusalCode } & Readonly<Record<string, unknown>>): void
}

/** Lines of one code: so many at once, and then so many a second. What is left out is counted in the next line, as `unlogged`. */
const LINES = { burst: 100, perSecond: 1 }

/** More than there are codes. */
const MAX_CODES = 100

export function createRefusalLog(logger: Logger, now: () => number): RefusalLog {
  const lines = createTokenBuckets({ ...LINES, now, maxNames: MAX_CODES })
  const unlogged = new Map<RefusalCode, number>()
  return {
    write(level, fields) {
      const { code } = fields
      const count = unlogged.get(code) ?? 0
      if (!lines.take(code)) {
        unlogged.set(code, count + 1)
        return
      }
      unlogged.delete(code)
      logger[level](count === 0 ? fields : { ...fields, unlogged: count }, 'refused')
    },
  }
}
