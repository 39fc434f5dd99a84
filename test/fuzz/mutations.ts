import fc from 'fast-check'

/** Changes a text somewhere; `at` and `length` are taken modulo what is there. */
interface Mutation {
  readonly kind: (typeof KINDS)[number]
  readonly at: number
  readonly length: number
  readonly piece: string
  /** Another text of the corpus. */
  readonly other: number
}

const KINDS = ['flip', 'replace', 'insert', 'insert', 'delete', 'duplicate', 'splice', 'case', 'tail', 'huge'] as const
const WHITE = [' ', '\t', '  ', ' \t ', '\r\n', '\u00a0', '\ufeff', '\u2028']
const SHARP = ['\u0000', '\u007f', '\u00e9', '\u00ff', '\u0130', '\ud800', '"', '\\', '%', ',', ';', '=', ':', '/', '-']

/** Texts of the corpus, each changed in up to five places; one in some hundred is blown up to 20,000 characters. */
export function mutated(corpus: readonly string[], pieces: readonly string[]): fc.Arbitrary<string> {
  const mutation: fc.Arbitrary<Mutation> = fc.record({
    kind: fc.constantFrom(...KINDS),
    at: fc.nat(1 << 20),
    length: fc.nat(12),
    piece: fc.constantFrom(...pieces, ...WHITE, ...SHARP),
    other: fc.nat(corpus.length - 1),
  })
  return fc
    .tuple(fc.constantFrom(...corpus), fc.array(mutation, { maxLength: 5 }))
    .map(([text, mutations]) => mutations.reduce((before, one) => mutate(before, one, corpus), text))
}

/** More than any field or body that is read. A quadratic parser needs a tenth of a second for it, a linear one nothing. */
const MAX_LENGTH = 20_000

function mutate(text: string, { kind, at: anywhere, length, piece, other }: Mutation, corpus: readonly string[]) {
  const at = anywhere % (text.length + 1)
  const [before, part, after] = [text.slice(0, at), text.slice(at, at + length), text.slice(at + length)]
  switch (kind) {
    case 'flip':
      return before + String.fromCharCode(((part.charCodeAt(0) || 0) ^ (1 << (length % 8))) & 0xff) + text.slice(at + 1)
    case 'replace':
      return before + piece + after
    case 'insert':
      return before + piece + part + after
    case 'delete':
      return before + after
    case 'duplicate':
      return before + part + piece + part + after
    case 'splice':
      return before + (corpus[other] ?? '').slice(anywhere % ((corpus[other]?.length ?? 0) + 1))
    case 'case':
      return before + swapCase(part) + after
    case 'tail':
      return text + piece
    case 'huge':
      return anywhere % 64 > 0 ? text : (before + piece.repeat(MAX_LENGTH / piece.length) + after).slice(0, MAX_LENGTH)
  }
}

function swapCase(text: string): string {
  return text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase()
}

/** The same for what is in base64 on the wire: mutated inside, so that it decodes, or else outside. */
export function mutatedInBase64(corpus: readonly string[], pieces: readonly string[]): fc.Arbitrary<string> {
  const decoded = corpus.map((text) => Buffer.from(text, 'base64').toString())
  return fc.oneof(
    { weight: 5, arbitrary: mutated(decoded, pieces).map((text) => Buffer.from(text).toString('base64')) },
    { weight: 1, arbitrary: mutated(corpus, ['=', '==', '+', '-', '_', 'A']) },
  )
}

/** Vectors that are accepted count more: near them are those that should not be, and might. */
export function corpusOf<T extends object>(cases: readonly T[], text: (own: T) => unknown): string[] {
  const texts = cases.flatMap((own) => {
    const value = text(own)
    if (typeof value !== 'string' || value.length > 3000) return []
    return 'accepted' in own ? [value, value, value, value] : [value]
  })
  return texts.length > 0 ? texts : ['']
}
