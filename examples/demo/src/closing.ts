/** What was opened, to be closed again on every way out. */
export interface Closing {
  /** Hands back what it is given. */
  opened<T extends { close(): Promise<void> }>(thing: T): T
  /** The last that was opened first; one that fails does not keep the others open. */
  closeAll(): Promise<void>
}

export function createClosing(): Closing {
  const open: { close(): Promise<void> }[] = []
  return {
    opened(thing) {
      open.push(thing)
      return thing
    },
    async closeAll() {
      for (let thing = open.pop(); thing !== undefined; thing = open.pop()) await thing.close().catch(() => undefined)
    },
  }
}
