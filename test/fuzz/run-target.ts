import fc from 'fast-check'
import type { Kept } from './corpus.js'
import { Forbidden, type Outcome, type Target } from './target.js'

/** ms that one case may take. Linear parsers need one or two, even for the longest. */
const MAX_MS = 50
/** A case that takes longer is measured again, in time of this process: the machine may have been busy with something else. */
const MEASUREMENTS = 5

export interface Summary {
  readonly name: string
  readonly cases: number
  readonly seconds: number
  readonly slowestMs: number
  /** What became of the inputs, how often, and the smallest input of the first ones. */
  readonly outcomes: ReadonlyMap<string, OutcomeTally>
  /** Why it failed, and the smallest input for which it does, as JSON. */
  readonly failure: { readonly reason: string; readonly input: string } | undefined
}

interface OutcomeTally {
  count: number
  smallest: unknown
}

export interface RunOptions {
  readonly seed: number
  readonly runs: number
  /** Called before each case with its number, from 0. */
  readonly onCase?: (index: number) => void
}

/** Runs one target with inputs that the seed decides. */
export function runTarget(target: Target, { seed, runs, onCase }: RunOptions): Summary {
  const outcomes = new Map<string, OutcomeTally>()
  let slowestMs = 0
  let cases = 0
  const property = fc.property(target.inputs, (input) => {
    onCase?.(cases++)
    const { ms, outcome } = measured(() => target.run(input))
    slowestMs = Math.max(slowestMs, ms)
    note(outcomes, outcome.name, input)
    if (ms > MAX_MS) throw new Error(`took ${Math.round(ms)} ms`)
    outcome.judge?.()
  })
  const started = performance.now()
  const details = fc.check(property, { seed, numRuns: runs })
  const seconds = (performance.now() - started) / 1000
  return { name: target.name, cases, seconds, slowestMs, outcomes, failure: failureOf(details) }
}

/** What a run has found that a corpus may keep. */
export function findings({ outcomes }: Summary): Kept[] {
  return [...outcomes].map(([outcome, { smallest }]) => ({ outcome, input: smallest }))
}

function measured(run: () => Outcome): { ms: number; outcome: Outcome } {
  const started = performance.now()
  const outcome = run()
  let ms = performance.now() - started
  for (let count = 1; ms > MAX_MS && count < MEASUREMENTS; count++) {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    ms = Math.min(ms, (user + system) / 1000)
  }
  return { ms, outcome }
}

const LOOKED_AT = 1000

function note(outcomes: Map<string, OutcomeTally>, name: string, input: unknown): void {
  const known = outcomes.get(name) ?? { count: 0, smallest: input }
  if (known.count < LOOKED_AT && sizeOf(input) < sizeOf(known.smallest)) known.smallest = input
  known.count += 1
  outcomes.set(name, known)
}

function sizeOf(input: unknown): number {
  return typeof input === 'string' ? input.length : JSON.stringify(input).length
}

function failureOf({ failed, counterexample, errorInstance }: fc.RunDetails<[unknown]>): Summary['failure'] {
  if (!failed) return undefined
  const error = errorInstance as Error
  const reason = error instanceof Forbidden ? error.message : (error.stack ?? String(error))
  return { reason, input: JSON.stringify(counterexample?.[0]) }
}

/** The input of one case, without running any: for the one that never came back. */
export function inputOf(target: Target, seed: number, index: number): string {
  let at = 0
  let found: unknown
  const property = fc.property(target.inputs, (input) => {
    if (at++ === index) found = input
  })
  fc.check(property, { seed, numRuns: index + 1 })
  return JSON.stringify(found)
}
