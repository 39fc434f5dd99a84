import { describe, expect, it } from 'vitest'
import { readCorpus } from './corpus.js'
import { runTarget } from './run-target.js'
import { shares, targets } from './targets.js'

/** The same inputs each time; `npm run fuzz` has others, and a million of them. */
const SEED = Number(process.env['FAST_CHECK_SEED'] ?? 20260101)
const CASES = 20_000

describe('no input crashes it, keeps it busy, or is accepted against the grammar', () => {
  it.each(shares(targets, CASES).map(([target, runs]) => ({ target, runs, name: target.name })))(
    '$name',
    ({ target, runs }) => {
      const { failure, outcomes } = runTarget(target, { seed: SEED, runs })
      expect(failure).toBeUndefined()
      // A run that reaches nothing but one refusal says nothing.
      expect(outcomes.get('accepted')?.count).toBeGreaterThan(runs / 100)
      expect(outcomes.size).toBeGreaterThan(1)
    },
  )
})

describe('what earlier runs found is read as it was', () => {
  const corpus = readCorpus()

  it.each(targets.map((target) => ({ target, name: target.name })))('$name', ({ target, name }) => {
    for (const { input, outcome } of corpus[name] ?? []) {
      const { name: actual, judge } = target.run(input)
      expect({ input, outcome: actual }).toEqual({ input, outcome })
      judge?.()
    }
  })

  it('is of targets that there are', () => {
    expect(Object.keys(corpus).sort()).toEqual(targets.map(({ name }) => name).sort())
  })
})
