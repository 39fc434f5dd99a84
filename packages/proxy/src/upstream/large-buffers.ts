/** Bytes. Half of it costs 10 % more CPU a byte, twice as much gives nothing (measured on loopback). */
const SIZE_BYTES = 512 * 1024

/** Connections that may have some at a time. The others do with small ones. */
const MAX_USERS = 32

/** Kept for whoever comes next. */
const MAX_KEPT = 4

let users = 0
const kept: Buffer[] = []

/** For one connection. */
export interface LargeBuffers {
  /** One that is none of `busy`. */
  next(busy: ReadonlySet<Buffer>): Buffer
  /** `busy`: what is not to be used by anybody else. */
  giveBack(busy: ReadonlySet<Buffer>): void
}

/** Undefined where too many have some. */
export function borrowLargeBuffers(): LargeBuffers | undefined {
  if (users >= MAX_USERS) return undefined
  users++
  const own: Buffer[] = []
  return {
    next(busy) {
      let found = own.find((buffer) => !busy.has(buffer))
      if (found === undefined) {
        found = kept.pop() ?? Buffer.allocUnsafeSlow(SIZE_BYTES)
        own.push(found)
      }
      return found
    },
    giveBack(busy) {
      users--
      for (const buffer of own) if (!busy.has(buffer) && kept.length < MAX_KEPT) kept.push(buffer)
    },
  }
}
