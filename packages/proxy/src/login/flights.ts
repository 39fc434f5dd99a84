/** Runs one task a key at a time: who comes while it runs gets its result. */
export interface SingleFlight<T> {
  run(key: string, task: () => Promise<T>): Promise<T>
}

export function createSingleFlight<T>(): SingleFlight<T> {
  const running = new Map<string, Promise<T>>()
  return {
    run(key, task) {
      const known = running.get(key)
      if (known !== undefined) return known
      const flight = task().finally(() => running.delete(key))
      running.set(key, flight)
      return flight
    },
  }
}
