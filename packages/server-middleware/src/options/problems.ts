/** Collects what is wrong with a configuration, so that it is reported all at once. */
export interface Problems {
  add(problem: string): void
  /**
   * The value of `read`, or a noted problem. After a problem the value is never used: `throwIfAny` comes before.
   */
  take<T>(name: string, read: () => T): T
  throwIfAny(): void
}

export function collectProblems(): Problems {
  const found: string[] = []
  return {
    add: (problem) => void found.push(problem),
    take(name, read) {
      try {
        return read()
      } catch (error) {
        found.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
        return undefined as never // never read, see above
      }
    },
    throwIfAny() {
      if (found.length > 0)
        throw new TypeError(`iamAuth() cannot start:\n${found.map((text) => `- ${text}`).join('\n')}`)
    },
  }
}
