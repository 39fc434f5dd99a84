/** How long somebody waits. */
export interface Patience {
  readonly signal: AbortSignal | undefined
  readonly timeoutMs: number
}

/**
 * Waits as one of several for what they share. Whoever aborts rejects with the signal's reason, whoever has waited long
 * enough gets undefined; the task goes on for the others.
 */
export async function waitFor<T>(task: Promise<T>, { signal, timeoutMs }: Patience): Promise<T | undefined> {
  signal?.throwIfAborted()
  let undo = () => {}
  const givenUp = new Promise<undefined>((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), timeoutMs)
    const onAbort = () => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    undo = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  })
  try {
    return await Promise.race([task, givenUp])
  } finally {
    undo()
  }
}
