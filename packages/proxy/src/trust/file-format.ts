import { entryName, requireTrustEntry, type TrustEntry } from './entry.js'
import { quote } from './quote.js'
import { findTwin } from './twins.js'

/** The text of a trust file does not follow its format. `problems` has a line for each thing that is wrong. */
export class TrustFormatError extends TypeError {
  override readonly name = 'TrustFormatError'

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
  }
}

/** Members of an entry, with the type each must have. Nothing else: a misspelt pin would be no pin. */
const MEMBERS = {
  origin: 'string',
  suffix: 'string',
  key: 'string',
  keyAccount: 'string',
  protocol: 'number',
  plainHttp: 'boolean',
  addedAt: 'string',
} as const

/**
 * `{"version":1,"entries":[{"origin":"https://wiki.example.com","key":"arn:…"}]}`
 *
 * @throws TrustFormatError with all problems at once
 */
export function parseTrustFile(text: string): TrustEntry[] {
  const problems: string[] = []
  const written = requireDocument(text)
  const entries = written.flatMap((value, index) => {
    try {
      return [requireEntry(value)]
    } catch (error) {
      problems.push(`entry ${index + 1}${nameOf(value)}: ${(error as Error).message}`)
      return []
    }
  })
  const names = entries.map(entryName)
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  problems.push(...[...new Set(twice)].map((name) => `${name} stands twice`))
  if (problems.length > 0) throw new TrustFormatError(problems)
  requireNoTwins(text, written)
  return entries
}

/** The same entries as text, an entry a block. */
export function formatTrustFile(entries: readonly TrustEntry[]): string {
  return `${JSON.stringify({ version: 1, entries: entries.map(toJson) }, undefined, 2)}\n`
}

/** An entry as it stands in the file. */
export function toJson(entry: TrustEntry): Record<string, string | number | boolean> {
  const { addedAt } = entry
  const when = addedAt === undefined ? {} : { addedAt }
  if ('suffix' in entry) return { suffix: entry.suffix, keyAccount: entry.keyAccount, ...when }
  return {
    origin: entry.origin,
    ...(entry.key && { key: entry.key.arn }),
    ...(entry.allowsVersion1 && { protocol: 1 }),
    ...(entry.allowsPlainHttp && { plainHttp: true }),
    ...when,
  }
}

function requireDocument(text: string): readonly unknown[] {
  const document = parseJson(text)
  if (!isObject(document)) throw new TrustFormatError(['is not a JSON object'])
  const { version, entries, ...rest } = document
  if (version !== 1) throw new TrustFormatError([`"version" is ${quote(version)}; this program knows 1`])
  if (!Array.isArray(entries)) throw new TrustFormatError(['"entries" is not a list'])
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw new TrustFormatError([`${quote(unknown)} is no member of it: version, entries`])
  return entries
}

/** @param written the entries as they stand, objects all of them */
function requireNoTwins(text: string, written: readonly unknown[]): void {
  const names = ['version', 'entries', ...written.flatMap((entry) => Object.keys(entry as object))]
  const twin = findTwin(text, names)
  if (twin !== undefined) throw new TrustFormatError([`${quote(twin)} stands twice in one object: remove one of them`])
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new TrustFormatError([`is not JSON: ${(error as Error).message}`])
  }
}

/** An entry as it stands in the file. @throws TypeError that says which part is wrong */
export function requireEntry(value: unknown): TrustEntry {
  if (!isObject(value)) throw new TypeError('is not an object')
  for (const [member, content] of Object.entries(value)) {
    const type = Object.hasOwn(MEMBERS, member) ? MEMBERS[member as keyof typeof MEMBERS] : undefined
    if (type === undefined) throw new TypeError(`${quote(member)} is none of ${Object.keys(MEMBERS).join(', ')}`)
    if (typeof content !== type) throw new TypeError(`${quote(member)} is not a ${type}`)
  }
  const { origin, suffix, protocol, addedAt, ...rest } = value as WrittenInFile
  if ((origin === undefined) === (suffix === undefined)) throw new TypeError('has one of "origin" and "suffix"')
  if (origin?.includes('*')) throw new TypeError('an origin has no "*": write it as "suffix"')
  if (suffix !== undefined && !suffix.includes('*'))
    throw new TypeError('a suffix begins with "*.": or is it an origin?')
  if (addedAt !== undefined && Number.isNaN(Date.parse(addedAt))) throw new TypeError('"addedAt" is not a time')
  const entry = requireTrustEntry({ name: origin ?? suffix ?? '', protocol: protocol?.toString(), ...rest })
  return addedAt === undefined ? entry : { ...entry, addedAt }
}

interface WrittenInFile {
  readonly origin?: string
  readonly suffix?: string
  readonly key?: string
  readonly keyAccount?: string
  readonly protocol?: number
  readonly plainHttp?: boolean
  readonly addedAt?: string
}

function nameOf(value: unknown): string {
  if (!isObject(value)) return ''
  const name = value['origin'] ?? value['suffix']
  return typeof name === 'string' ? ` (${quote(name)})` : ''
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
