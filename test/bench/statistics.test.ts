import { describe, expect, it } from 'vitest'
import { formatRatio, logLogSlope, quantile, spreadPercent, summarise } from '../../bench/statistics.js'

describe('figures of several rounds', () => {
  it('have a median, a low and a high, in whatever order they came', () => {
    expect(summarise([9, 1, 5])).toEqual({ median: 5, low: 1, high: 9 })
    expect(summarise([4, 1, 2, 3])).toEqual({ median: 2.5, low: 1, high: 4 })
  })

  it('are refused where there are none', () => {
    expect(() => summarise([])).toThrow('nothing was measured')
  })

  it('have quantiles between the values', () => {
    expect(quantile([0, 10, 20, 30, 40], 0.5)).toBe(20)
    expect(quantile([0, 10], 0.99)).toBeCloseTo(9.9)
    expect(quantile([7], 0.99)).toBe(7)
    expect(quantile([], 0.5)).toBeNaN()
  })

  it('have a spread in percent of the median', () => {
    expect(spreadPercent({ median: 200, low: 180, high: 220 })).toBe(20)
    expect(spreadPercent({ median: 0, low: 0, high: 0 })).toBe(0)
  })
})

describe('ratios', () => {
  it.each([
    [3.25, '3.25 ×'],
    [0.5, '0.50 ×'],
    [1.24, 'about equal'],
    [0.81, 'about equal'],
    [1.25, '1.25 ×'],
    [42.4, '42 ×'],
    [Number.NaN, '–'],
  ])('%f is shown as %s', (ratio, text) => {
    expect(formatRatio(ratio)).toBe(text)
  })
})

describe('growth', () => {
  it.each([
    ['flat', () => 5, 0],
    ['linear', (x: number) => 3 * x, 1],
    ['quadratic', (x: number) => 2 * x * x, 2],
  ])('that is %s has its exponent as slope', (_name, cost, slope) => {
    expect(logLogSlope([1, 10, 100, 1000].map((x) => [x, cost(x)] as const))).toBeCloseTo(slope)
  })
})
