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
  return headerValues(raw, 'connection').flatMap((value) =>
    value.split(',').map((name) => trimWhiteSpace(name).toLowerCase()),
  )
}

/** Without the spaces and tabs around it: HTTP's white space (RFC 9110 §5.6.3), not JavaScript's, which has a no-break space. */
export function trimWhiteSpace(value: string): string {
  const isSpace = (index: number) => value[index] === ' ' || value[index] === '\t'
  let start = 0
  let end = value.length
  while (start < end && isSpace(start)) start++
  while (end > start && isSpace(end - 1)) end--
  return value.slice(start, end)
}
