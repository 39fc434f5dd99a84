import { readFileSync, writeFileSync } from 'node:fs'

/** An input that a run found worth keeping: the smallest one that had this outcome, or one that once was read wrongly. */
export interface Kept {
  readonly outcome: string
  readonly input: unknown
}

export type Corpus = Readonly<Record<string, readonly Kept[]>>

const FILE = new URL('vectors/corpus.json', import.meta.url)

export function readCorpus(): Corpus {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Corpus
}

/** Adds what has an outcome that the corpus has no input for. In ASCII, one input a line. */
export function addToCorpus(target: string, found: readonly Kept[]): void {
  const corpus = readCorpus()
  const known = corpus[target] ?? []
  const isNew = ({ outcome }: Kept) => !known.some((kept) => kept.outcome === outcome)
  const all = { ...corpus, [target]: [...known, ...found.filter(isNew)] }
  const lines = Object.entries(all).map(
    ([name, kept]) => `  ${JSON.stringify(name)}: [\n${kept.map((one) => `    ${toAscii(one)}`).join(',\n')}\n  ]`,
  )
  writeFileSync(FILE, `{\n${lines.join(',\n')}\n}\n`)
}

function toAscii(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
