import { entryName, type TrustEntry } from './entry.js'

/** Where entries are from. */
export interface TrustSource {
  readonly kind: 'flag' | 'user' | 'system'
  /** `--trust`, or the path of a file. */
  readonly name: string
  readonly entries: readonly TrustEntry[]
}

/** The only key, or the only account of keys, that proofs are sealed under. */
export interface Pin {
  readonly kind: 'key' | 'account'
  /** An ARN, or 12 digits. */
  readonly value: string
  /** Origin or suffix of the entry it stands in. */
  readonly name: string
  readonly source: Pick<TrustSource, 'kind' | 'name'>
  readonly addedAt: string | undefined
}

/** What is in force for an origin, or for what is below a suffix, with all sources taken together. */
export interface Trust {
  readonly name: string
  readonly pin: Pin | undefined
  readonly allowsVersion1: boolean
  readonly allowsPlainHttp: boolean
}

/** An entry of some source. Of several with one name the first is in force. */
export interface ListedEntry {
  readonly entry: TrustEntry
  readonly source: TrustSource
  readonly isInForce: boolean
}

export interface MergedTrust {
  readonly inForce: readonly Trust[]
  readonly listed: readonly ListedEntry[]
  /** Pins that contradict each other, a line each. Nothing may be used while there is one. */
  readonly problems: readonly string[]
}

/**
 * All sources, the strongest first, as one. What an entry allows is the strongest source's word alone; a pin holds
 * whichever source it stands in, so that no flag and no file takes another's pin away in silence.
 */
export function mergeTrust(sources: readonly TrustSource[]): MergedTrust {
  const all = sources.flatMap((source) => source.entries.map((entry) => ({ entry, source })))
  const byName = groupBy(all, ({ entry }) => entryName(entry))
  return {
    inForce: [...byName.values()].map(combine),
    listed: all.map((own) => ({ ...own, isInForce: byName.get(entryName(own.entry))?.[0] === own })),
    problems: [...byName.values()].flatMap(contradictions),
  }
}

/** What an entry pins: the ARN of a key, or for a suffix an account. */
export function pinOf(entry: TrustEntry): string | undefined {
  return 'suffix' in entry ? entry.keyAccount : entry.key?.arn
}

/** The command line as a source. */
export function flagSource(entries: readonly TrustEntry[]): TrustSource {
  return { kind: 'flag', name: '--trust', entries }
}

/** `by --trust`, or `in ~/.config/iam-auth-proxy/trust.json since 2026-01-31`. */
export function whereFrom({ source, addedAt }: Pin): string {
  if (source.kind === 'flag') return `by ${source.name}`
  return `in ${source.name}${addedAt === undefined ? '' : ` since ${addedAt.slice(0, 10)}`}`
}

type Owned = Omit<ListedEntry, 'isInForce'>

function combine(owned: readonly Owned[]): Trust {
  const [first] = owned as [Owned]
  return {
    name: entryName(first.entry),
    pin: owned.flatMap(pinsOf)[0],
    allowsVersion1: 'origin' in first.entry && first.entry.allowsVersion1,
    allowsPlainHttp: 'origin' in first.entry && first.entry.allowsPlainHttp,
  }
}

function contradictions(owned: readonly Owned[]): string[] {
  const [first] = owned as [Owned]
  const pins = groupBy(owned.flatMap(pinsOf), ({ value }) => value)
  if (pins.size < 2) return []
  const where = [...pins].map(([value, by]) => `${value} ${by.map(whereFrom).join(' and ')}`)
  return [`${entryName(first.entry)} has different pins: ${where.join(', but ')}. Remove the wrong one`]
}

/** One, or none. */
function pinsOf({ entry, source: { kind, name } }: Owned): Pin[] {
  const value = pinOf(entry)
  if (value === undefined) return []
  const what = 'suffix' in entry ? 'account' : 'key'
  return [{ kind: what, value, name: entryName(entry), source: { kind, name }, addedAt: entry.addedAt }]
}

/** `Map.groupBy` of newer Nodes. */
function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}
