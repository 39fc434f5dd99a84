import { LoginRefusal } from '../refusal.js'

/** How many logins are checked at the same time: each may hold a connection to KMS and to STS for seconds. */
export interface ConcurrencyLimit {
  /** Nobody waits for a place: whoever finds none is told to come back. @throws LoginRefusal ERR_IAM_CONCURRENCY, and what `work` throws */
  run<T>(work: () => Promise<T>): Promise<T>
}

export function createConcurrencyLimit(max: number): ConcurrencyLimit {
  let running = 0
  return {
    async run(work) {
      if (running >= max) throw new LoginRefusal('ERR_IAM_CONCURRENCY', `${max} logins are being checked already`)
      running++
      try {
        return await work()
      } finally {
        running--
      }
    },
  }
}
