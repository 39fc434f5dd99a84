type Listener = (...args: never[]) => void

/**
 * Listeners by event, as node:events has them for the few calls that the data path makes. Most events have one listener, and there are
 * two emitters to a request: EventEmitter's care for the general case is 5 % of its cost.
 */
export class Emitter {
  readonly #listeners = new Map<string, Listener | readonly Listener[]>()

  on(event: string, listener: Listener): this {
    const before = this.#listeners.get(event)
    if (before === undefined) this.#listeners.set(event, listener)
    else this.#listeners.set(event, typeof before === 'function' ? [before, listener] : [...before, listener])
    return this
  }

  once(event: string, listener: Listener): this {
    const tellOnce = (...args: never[]) => {
      this.#remove(event, tellOnce)
      listener(...args)
    }
    return this.on(event, tellOnce)
  }

  hears(event: string): boolean {
    return this.#listeners.has(event)
  }

  /** Tells whoever listens by now; an error of a listener is its caller's. */
  tell(event: string, ...args: readonly unknown[]): void {
    const listeners = this.#listeners.get(event)
    if (listeners === undefined) return
    if (typeof listeners === 'function') listeners(...(args as never[]))
    else for (const listener of listeners) listener(...(args as never[]))
  }

  #remove(event: string, listener: Listener): void {
    const listeners = this.#listeners.get(event)
    if (listeners === listener) this.#listeners.delete(event)
    else if (typeof listeners !== 'function')
      this.#listeners.set(event, listeners?.filter((other) => other !== listener) ?? [])
  }
}
