import type fc from 'fast-check'

/** A parser under fire: where its inputs come from, and who judges what it makes of them. */
export interface Target<T = unknown> {
  readonly name: string
  /** Its share of all cases: the more so, the more there is to get wrong. */
  readonly weight: number
  readonly inputs: fc.Arbitrary<T>
  /** Gives one input to the parser. Throws for a crash: an exception that is no refusal. */
  run(input: T): Outcome
}

/** What became of an input. */
export interface Outcome {
  /** A refusal's code, or how it was accepted. */
  readonly name: string
  /** Looks at what was accepted. It is not timed. Throws Forbidden. */
  readonly judge?: () => void
}

/** The parser has accepted what the grammar forbids, or has read something else in it than is there. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden'
}

/** @throws Forbidden where a rule is broken */
export function requireRule(rule: string, isKept: boolean): void {
  if (!isKept) throw new Forbidden(`accepted, although it breaks the rule: ${rule}`)
}

/** A refusal's code. What is none of these classes is a crash, and thrown on. */
function codeOf(error: unknown, ...refusals: readonly (new (...args: never[]) => Error)[]): string {
  if (!refusals.some((refusal) => error instanceof refusal)) throw error
  const { code, name } = error as Error & { code?: string }
  return code ?? name
}

/** What `parse` accepts is judged; what it refuses, by one of these classes, is named. */
export function judged<I, R>(
  parse: (input: I) => R,
  refusals: readonly (new (...args: never[]) => Error)[],
  judge: (input: I, result: R) => void,
): (input: I) => Outcome {
  return (input) => {
    let result: R
    try {
      result = parse(input)
    } catch (error) {
      return { name: codeOf(error, ...refusals) }
    }
    return { name: 'accepted', judge: () => judge(input, result) }
  }
}
