/** The object that a JSON text is; undefined for any other text. */
export function parseJsonObject(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined // not JSON. The parser's message would quote it, and it may hold a secret.
  }
}

/**
 * String literals in a JSON text. A flat object of strings has two for each member that was parsed; more of them are a
 * name that stands twice, which `JSON.parse` hides (also where one twin is spelt with an escape).
 */
export function countJsonStrings(json: string): number {
  return json.match(/"(?:[^"\\]|\\.)*"/g)?.length ?? 0
}
