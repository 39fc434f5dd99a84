import type { Crossing } from './crossing.js'

/** What crossed the wires so far, in true order: every wire of the demo writes into the same one. */
export interface Timeline {
  record(crossing: Crossing): void
  /** Everything since the last time it was taken. */
  take(): readonly Crossing[]
}

export function createTimeline(): Timeline {
  let crossings: Crossing[] = []
  return {
    record: (crossing) => void crossings.push(crossing),
    take() {
      const taken = crossings
      crossings = []
      return taken
    },
  }
}
