import { describe, expect, it } from 'vitest'
import { createAttemptBudget } from '../../src/login/budget.js'

const ORIGIN = 'https://wiki.example.com'

function setUp() {
  let now = 1000
  const budget = createAttemptBudget(() => now)
  return { budget, pass: (ms: number) => (now += ms) }
}

describe('the attempt budget', () => {
  it('stops after three failures in a row, for a minute', () => {
    const { budget, pass } = setUp()
    for (let count = 0; count < 3; count++) {
      expect(budget.allows(ORIGIN)).toBe(true)
      budget.failed(ORIGIN)
    }
    expect(budget.allows(ORIGIN)).toBe(false)
    expect(budget.allows('https://other.example.com')).toBe(true)
    pass(60_001)
    expect(budget.allows(ORIGIN)).toBe(true)
  })

  it('stops after five failures a minute, successes between them or not', () => {
    const { budget, pass } = setUp()
    for (let count = 0; count < 5; count++) {
      expect(budget.allows(ORIGIN)).toBe(true)
      budget.failed(ORIGIN)
      budget.succeeded(ORIGIN)
      pass(1000)
    }
    expect(budget.allows(ORIGIN)).toBe(false)
    pass(55_001)
    expect(budget.allows(ORIGIN)).toBe(true)
  })

  it('takes a session that fails for a failure, though its login succeeded', () => {
    const { budget } = setUp()
    for (let count = 0; count < 3; count++) {
      expect(budget.allows(ORIGIN)).toBe(true)
      budget.succeeded(ORIGIN)
      budget.failed(ORIGIN)
    }
    expect(budget.allows(ORIGIN)).toBe(false)
  })

  it('never counts successes', () => {
    const { budget } = setUp()
    for (let count = 0; count < 100; count++) budget.succeeded(ORIGIN)
    expect(budget.allows(ORIGIN)).toBe(true)
  })

  it('remembers a thousand origins, those that failed last: many names fill no memory', () => {
    const { budget } = setUp()
    const fail = (origin: string) => budget.failed(origin)
    const others = Array.from({ length: 999 }, (_, index) => `https://a${index}.evil.example`)
    for (let count = 0; count < 3; count++) fail(ORIGIN)
    for (const origin of others) fail(origin)
    fail(ORIGIN)
    fail('https://one-more.evil.example')
    expect(budget.allows(ORIGIN)).toBe(false)
    for (const origin of [...others, 'https://another.evil.example']) fail(origin)
    expect(budget.allows(ORIGIN)).toBe(true)
  })
})
