import type { Store } from './store.js'

export interface MemoryStoreOptions {
  /** ms since 1970. @default Date.now */
  readonly now?: () => number
  /**
   * Ids it holds of each kind (what stands before the first colon: challenges, access keys, ended sessions). When full it
   * fails, since to forget one would let it be used twice; one kind that is full is no reason to refuse another.
   * @default 100000
   */
  readonly maxEntries?: number
}

/** The default store: in this process, so for a service of one instance. */
export function memoryStore({ now = Date.now, maxEntries = 100_000 }: MemoryStoreOptions = {}): Store {
  const shelves = new Map<string, Shelf>()
  const shelfOf = (id: string) => {
    const [kind = ''] = id.includes(':') ? id.split(':', 1) : []
    const shelf = shelves.get(kind) ?? createShelf(maxEntries)
    shelves.set(kind, shelf)
    return shelf
  }
  return {
    consume: (id, untilSeconds) => shelfOf(id).consume(id, untilSeconds, now() / 1000),
    used: (id) => shelfOf(id).holds(id, now() / 1000),
  }
}

interface Shelf {
  holds(id: string, nowSeconds: number): boolean
  consume(id: string, untilSeconds: number, nowSeconds: number): boolean
}

const SWEEP_SECONDS = 60
/** When full: a sweep looks at every entry, and who floods a full store shall not cause one each time. */
const FULL_SWEEP_SECONDS = 1

function createShelf(maxEntries: number): Shelf {
  const untilById = new Map<string, number>()
  let sweptAt = Number.NEGATIVE_INFINITY
  const holds = (id: string, nowSeconds: number) => (untilById.get(id) ?? 0) > nowSeconds
  const sweep = (nowSeconds: number) => {
    sweptAt = nowSeconds
    for (const [id, until] of untilById) if (until <= nowSeconds) untilById.delete(id)
  }
  return {
    holds,
    consume(id, untilSeconds, nowSeconds) {
      if (holds(id, nowSeconds)) return false
      const isFull = untilById.size >= maxEntries
      if (Math.abs(nowSeconds - sweptAt) >= (isFull ? FULL_SWEEP_SECONDS : SWEEP_SECONDS)) sweep(nowSeconds)
      if (untilById.size >= maxEntries) throw new Error(`the store holds ${maxEntries} entries of this kind`)
      untilById.set(id, untilSeconds)
      return true
    },
  }
}
