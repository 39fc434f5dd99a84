/** Looks again and again until there is a value: for what happens in another process or connection. */
export async function until<T>(what: string, probe: () => T | undefined | false, timeoutMs = 10_000): Promise<T> {
  const start = performance.now()
  for (;;) {
    const value = probe()
    if (value !== undefined && value !== false) return value
    if (performance.now() - start > timeoutMs) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
