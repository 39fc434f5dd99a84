/** JSON with what `JSON.parse` hides: every member, in order, twins included. Written from RFC 8259, not from our code. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

export interface JsonObject {
  readonly members: readonly (readonly [name: string, value: Json])[]
}

/** Undefined for what is no JSON. */
export function readJson(text: string): Json | undefined {
  const reader = { text, at: 0 }
  try {
    const value = readValue(reader)
    skipSpace(reader)
    return reader.at === text.length ? value : undefined
  } catch (error) {
    if (error instanceof NotJson) return undefined
    throw error
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && 'members' in value
}

/** The one member of this name; undefined where there is none, or more. */
export function onlyMember(value: Json | undefined, name: string): Json | undefined {
  if (!isObject(value)) return undefined
  const found = value.members.filter(([own]) => own === name)
  return found.length === 1 ? found[0]?.[1] : undefined
}

interface Reader {
  readonly text: string
  at: number
}

class NotJson extends Error {}

const LITERALS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

function readValue(reader: Reader): Json {
  skipSpace(reader)
  const next = reader.text[reader.at]
  if (next === '{') return readObject(reader)
  if (next === '[') return readArray(reader)
  if (next === '"') return readString(reader)
  for (const [word, value] of LITERALS) {
    if (!reader.text.startsWith(word, reader.at)) continue
    reader.at += word.length
    return value
  }
  return Number(take(reader, /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y))
}

function readObject(reader: Reader): JsonObject {
  const members: (readonly [string, Json])[] = []
  readList(reader, '}', () => {
    skipSpace(reader)
    const name = readString(reader)
    skipSpace(reader)
    take(reader, /:/y)
    members.push([name, readValue(reader)])
  })
  return { members }
}

function readArray(reader: Reader): readonly Json[] {
  const items: Json[] = []
  readList(reader, ']', () => void items.push(readValue(reader)))
  return items
}

function readList(reader: Reader, end: string, readItem: () => void): void {
  reader.at += 1
  skipSpace(reader)
  if (reader.text[reader.at] === end) {
    reader.at += 1
    return
  }
  for (;;) {
    readItem()
    skipSpace(reader)
    const next = reader.text[reader.at]
    reader.at += 1
    if (next === end) return
    if (next !== ',') throw new NotJson()
  }
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function readString(reader: Reader): string {
  const quoted = take(reader, /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y)
  return quoted
    .slice(1, -1)
    .replaceAll(/\\(?:u(....)|(.))/g, (_, hex: string | undefined, char: string) =>
      hex === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
    )
}

function skipSpace(reader: Reader): void {
  take(reader, /[ \t\r\n]*/y)
}

function take(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at
  const [found] = pattern.exec(reader.text) ?? []
  if (found === undefined) throw new NotJson()
  reader.at += found.length
  return found
}
