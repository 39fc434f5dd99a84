import { expect, it } from 'vitest'
import { createRefusalLog } from '../../src/respond/refusal-log.js'

it('a flood of refusals is a hundred lines, then one a second that says how many there were; other codes are not hidden', () => {
  const lines: Readonly<Record<string, unknown>>[] = []
  const write = (fields: Readonly<Record<string, unknown>>) => void lines.push(fields)
  const clock = { ms: 0 }
  const refusals = createRefusalLog({ info: write, warn: write, error: write }, () => clock.ms)
  const flood = () => {
    for (let count = 0; count < 1000; count++) refusals.write('warn', { code: 'ERR_IAM_CHALLENGE_COOKIE', status: 403 })
  }
  flood()
  expect(lines).toHaveLength(100)
  expect(lines.at(-1)).toEqual({ code: 'ERR_IAM_CHALLENGE_COOKIE', status: 403 })
  refusals.write('warn', { code: 'ERR_IAM_SEAL', status: 403 })
  expect(lines.at(-1)).toEqual({ code: 'ERR_IAM_SEAL', status: 403 })
  clock.ms += 1000
  flood()
  expect(lines).toHaveLength(102)
  expect(lines.at(-1)).toEqual({ code: 'ERR_IAM_CHALLENGE_COOKIE', status: 403, unlogged: 900 })
  clock.ms += 60_000
  refusals.write('error', { code: 'ERR_IAM_CHALLENGE_COOKIE', status: 403 })
  refusals.write('error', { code: 'ERR_IAM_CHALLENGE_COOKIE', status: 403 })
  expect(lines.slice(-2).map(({ unlogged }) => unlogged)).toEqual([999, undefined])
})
