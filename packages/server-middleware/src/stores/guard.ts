import { LoginRefusal } from '../refusal.js'
import type { Store } from './store.js'

/** The same store, whose failures are refusals: `ERR_IAM_STORE_UNAVAILABLE`. A synchronous answer stays one. */
export function guardStore(store: Store): Store {
  return {
    consume: (id, untilSeconds) => guard(() => store.consume(id, untilSeconds)),
    used: (id) => guard(() => store.used(id)),
  }
}

function guard(ask: () => Promise<boolean> | boolean): Promise<boolean> | boolean {
  try {
    const answer = ask()
    return typeof answer === 'boolean' ? answer : answer.catch(unavailable)
  } catch (cause) {
    return unavailable(cause)
  }
}

function unavailable(cause: unknown): never {
  throw new LoginRefusal('ERR_IAM_STORE_UNAVAILABLE', 'the store failed', { cause })
}
