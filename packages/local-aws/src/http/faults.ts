import type { ServiceName } from '../aws-error.js'

/** Which requests go wrong, and how often. */
export interface FaultSelector {
  /** @default every service */
  readonly service?: ServiceName
  /** @default every action */
  readonly action?: string
  /** How many requests it strikes before it is over. @default every one */
  readonly times?: number
}

/** What goes wrong. */
export type FaultEffect =
  /** The service's own "slow down". */
  | { readonly kind: 'throttle' }
  /** Any other refusal. @default status 500 and the service's internal failure */
  | { readonly kind: 'error'; readonly status?: number; readonly code?: string; readonly message?: string }
  /** The answer waits for so long, or until the promise settles; then it is what it would have been. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  | { readonly kind: 'delay'; readonly until: Promise<unknown> }
  /** The connection is closed without an answer. */
  | { readonly kind: 'drop' }
  /** An answer that is none. @default status 200 and a body no client can parse */
  | { readonly kind: 'garbage'; readonly status?: number; readonly body?: string }

/** A fault to inject. */
export type Fault = FaultSelector & FaultEffect

/** The faults in force. */
export interface Faults {
  /** Returns a function that takes the fault back. */
  add(fault: Fault): () => void
  /** The first fault that strikes this request; counts it. */
  strike(service: ServiceName, action: string): Fault | undefined
  clear(): void
}

/** No faults yet. */
export function createFaults(): Faults {
  const active = new Map<Fault, number>()
  return {
    add(fault) {
      const own = { ...fault }
      active.set(own, own.times ?? Number.POSITIVE_INFINITY)
      return () => void active.delete(own)
    },
    strike(service, action) {
      for (const [fault, left] of active) {
        if ((fault.service ?? service) !== service || (fault.action ?? action) !== action) continue
        if (left <= 1) active.delete(fault)
        else active.set(fault, left - 1)
        if (left > 0) return fault
      }
      return undefined
    },
    clear: () => active.clear(),
  }
}
