import type { Keeper } from '../test/support/cleanup.js'

/** What was started, to be ended the last one first. */
export interface Cleanup {
  readonly keep: Keeper
  end(): Promise<void>
}

export function createCleanup(): Cleanup {
  const undos: (() => unknown)[] = []
  return {
    keep: (undo) => void undos.push(undo),
    async end() {
      for (const undo of undos.splice(0).reverse()) await undo()
    },
  }
}
