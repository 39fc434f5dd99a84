import { entryName, type TrustEntry } from '../trust/entry.js'
import { toJson } from '../trust/file-format.js'
import type { TrustSources } from '../trust/live.js'
import { flagSource, type ListedEntry, mergeTrust } from '../trust/merge.js'
import { readTrustFiles } from '../trust/read.js'

/** What `trust list` prints, and what is wrong with it: the proxy would not start. */
export interface TrustListing {
  readonly text: string
  readonly problems: readonly string[]
}

/** `trust list`: every entry of every source, and which one of those with the same name is in force. */
export function listTrust({ flags, files, uid }: TrustSources, asJson: boolean): TrustListing {
  const read = readTrustFiles(files, uid)
  const { listed, problems } = mergeTrust([flagSource(flags), ...read.sources])
  const text = asJson
    ? `${JSON.stringify({ files, entries: listed.map(toListedJson) }, undefined, 2)}\n`
    : toText(listed)
  return { text, problems: [...read.problems, ...problems] }
}

function toListedJson({ entry, source, isInForce }: ListedEntry): object {
  return { ...toJson(entry), source: source.kind, from: source.name, inForce: isInForce }
}

function toText(listed: readonly ListedEntry[]): string {
  if (listed.length === 0) return 'Nothing is trusted beyond the default.\n'
  const sorted = [...listed].sort((a, b) => (entryName(a.entry) < entryName(b.entry) ? -1 : 1))
  return sorted.map(entryText).join('')
}

function entryText({ entry, source, isInForce }: ListedEntry): string {
  const since = entry.addedAt === undefined ? '' : ` since ${entry.addedAt.slice(0, 10)}`
  const force = isInForce ? '' : ' (not in force: a stronger source has it too; its pin holds)'
  const lines = [...describe(entry), `from ${source.name}${since}${force}`]
  return `${entryName(entry)}\n${lines.map((line) => `  ${line}\n`).join('')}`
}

function describe(entry: TrustEntry): string[] {
  if ('suffix' in entry) return [`keys of account ${entry.keyAccount} only`]
  const allowed = [
    ...(entry.allowsVersion1 ? ['version 1: it may get live AWS credentials'] : []),
    ...(entry.allowsPlainHttp ? ['unencrypted http'] : []),
  ]
  return [entry.key === undefined ? 'no key pinned' : `key ${entry.key.arn}`, ...allowed]
}
