/** Header fields in Node's flat form: `[name, value, name, value, …]`, names in the case they arrived in. */
export type RawHeaders = readonly string[]

/** Every value of a field, in order. `name` in lower case. */
export function headerValues(raw: RawHeaders, name: string): string[] {
  const values: string[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (raw[index]?.toLowerCase() === name) values.push(raw[index + 1] ?? '')
  }
  return values
}

/** Field names that `Connection` lists, in lower case. */
export function connectionOptions(raw: RawHeaders): string[] {
  return headerValues(raw, 'connection').flatMap((value) => value.split(',').map((name) => name.trim().toLowerCase()))
}
