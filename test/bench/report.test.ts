import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Result, RunRecord } from '../../bench/model.js'
import { formatOutcomes, judge } from '../../bench/report/outcomes.js'
import { drawPlot } from '../../bench/report/plot.js'
import { mergeRecords, readRecord } from '../../bench/report/run-record.js'
import { formatTable } from '../../bench/report/table.js'
import { thisTest } from '../support/cleanup.js'
import { makeDirectory } from '../support/temporary-directory.js'

const exactly = (median: number) => ({ median, low: median, high: median })

function forward32(cpu: Record<string, number>, errors: Record<string, number> = {}): Result {
  const rows = Object.entries(cpu).map(([contender, value]) => ({
    contender,
    role: contender === 'iam-auth-proxy' ? ('ours' as const) : ('peer' as const),
    figures: { cpu: exactly(value) },
    errors: errors[contender] ?? 0,
  }))
  const columns = [{ key: 'cpu', title: 'CPU µs/request' }]
  return { name: 'forward-32', title: 'GET <of> 200 B', columns, primary: 'cpu', rows, notes: [] }
}

const record = (results: readonly Result[], stealPercent = 0): RunRecord => ({
  date: '2026-11-23T10:00:00.000Z',
  machine: { cpu: 'A & B', cores: 2, memoryGb: 8, kernel: '6.1', node: 'v20' },
  plan: { rounds: 5, warmUps: 2, seconds: 2, isShort: false },
  stealPercent,
  results,
})

const GOPROXIES = { 'goproxy, default': 200, 'goproxy, large pool': 100 }

describe('what is said of the targets', () => {
  it.each([
    [151, 'MISSED'],
    [150, 'holds'],
    [75, 'aim reached'],
  ])('at %d µs beside 200 and 100 it is: %s', (ours, verdict) => {
    const [outcome] = judge([forward32({ 'iam-auth-proxy': ours, ...GOPROXIES })])
    expect(outcome?.verdict).toBe(verdict)
    expect(formatOutcomes([outcome!])).toContain(verdict)
  })

  it('is nothing where a row is void, or was not measured', () => {
    const figures = { 'iam-auth-proxy': 100, ...GOPROXIES }
    expect(judge([forward32(figures, { 'goproxy, default': 1 })])).toEqual([])
    expect(judge([forward32({ 'iam-auth-proxy': 100 })])).toEqual([])
    const sized = { ...forward32({ ...figures, 'http-proxy, keep-alive': 300 }), name: 'forward-64KiB' }
    // Not a word of being ahead of squid, which was not measured.
    expect(judge([sized])).toEqual([])
    expect(formatOutcomes([])).toBe('')
  })
})

describe('a table', () => {
  it('has each one’s part of our figure, and says which differences are none', () => {
    const lines = formatTable(forward32({ 'iam-auth-proxy': 100, slow: 300, near: 110, failed: 1 }, { failed: 7 }))
    expect(lines.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['GET <of> 200 B'],
      ['CPU µs/request', 'of ours', 'spread'],
      ['▶ iam-auth-proxy', '100', '0 %'],
      ['near', '110', 'about equal', '0 %'],
      ['slow', '300', '3.00 ×', '0 %'],
      ['failed', 'void: 7 errors'],
    ])
  })
})

describe('the picture', () => {
  const curve = { name: 'origins', cost: 'CPU µs/request', points: [[1, 100] as const, [1000, 100] as const] }
  const growth = { ...forward32({ 'iam-auth-proxy': 1 }), name: 'growth', curves: [curve] }
  const svg = drawPlot(record([forward32({ 'iam-auth-proxy': 100, slow: 300 }), growth]))

  it('has a bar for each contender and a line for what grows', () => {
    expect(svg.match(/class="(?:ours|bar)"/g)).toEqual(['class="ours"', 'class="bar"'])
    expect(svg).toContain('to the power of 0.00')
    expect(svg.match(/<circle/g)).toHaveLength(2)
  })

  it('is XML, whatever the texts hold', () => {
    expect(svg).toContain('GET &lt;of&gt; 200 B')
    expect(svg).toContain('A &amp; B')
    expect(svg).not.toContain('NaN')
  })
})

describe('records of runs', () => {
  it('are one run together: the later figures of each scenario, the worst noise', () => {
    const [early, late] = [forward32({ 'iam-auth-proxy': 1 }), forward32({ 'iam-auth-proxy': 2 })]
    const merged = mergeRecords([record([early, { ...early, name: 'cold' }], 3), record([late], 1)])
    expect(merged.results.map(({ name, rows }) => [name, rows[0]?.figures['cpu']?.median])).toEqual([
      ['forward-32', 2],
      ['cold', 1],
    ])
    expect(merged.stealPercent).toBe(3)
  })

  it.each(['{}', 'x', '{"results":[]}'])('that are none are refused with what to do: %s', async (content) => {
    const file = join(await makeDirectory(thisTest), 'run.json')
    writeFileSync(file, content)
    expect(() => readRecord(file)).toThrow('--json FILE')
  })
})
