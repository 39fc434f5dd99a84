import type { Store } from './store.js'

export interface MemoryStoreOptions {
  /** ms since 1970. @default Date.now */
  readonly now?: () => number
  /** Entries it holds. When full it fails, since to forget one would let it be used twice. @default 100000 */
  readonly maxEntries?: number
}

const SWEEP_SECONDS = 60

/** The default store: in this process, so for a service of one instance. */
export function memoryStore({ now = Date.now, maxEntries = 100_000 }: MemoryStoreOptions = {}): Store {
  const untilById = new Map<string, number>()
  let nextSweep = 0

  const isHeld = (id: string) => (untilById.get(id) ?? 0) > now() / 1000
  const sweep = () => {
    const seconds = now() / 1000
    nextSweep = seconds + SWEEP_SECONDS
    for (const [id, until] of untilById) if (until <= seconds) untilById.delete(id)
  }

  return {
    consume(id, untilSeconds) {
      if (isHeld(id)) return false
      if (now() / 1000 >= nextSweep || untilById.size >= maxEntries) sweep()
      if (untilById.size >= maxEntries) throw new Error(`the store holds ${maxEntries} entries`)
      untilById.set(id, untilSeconds)
      return true
    },
    used: isHeld,
  }
}
