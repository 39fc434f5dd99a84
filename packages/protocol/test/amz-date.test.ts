import { formatAmzDate, parseAmzDate } from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { outcome } from './read-vectors.js'

it.each([
  [1767225605000, '20260101T000005Z'],
  [0, '19700101T000000Z'],
  [1709251199000, '20240229T235959Z'],
])('%i is %s', (ms, text) => {
  expect(formatAmzDate(ms)).toBe(text)
  expect(parseAmzDate(text)).toBe(ms)
})

it('drops milliseconds', () => {
  expect(formatAmzDate(1767225605999)).toBe('20260101T000005Z')
})

describe('parseAmzDate refuses', () => {
  it.each([
    '',
    '20260101T000005',
    '20260101t000005z',
    '2026-01-01T00:00:05Z',
    '20260101T000005.000Z',
    '20260101T000005+0000',
    ' 20260101T000005Z',
    '20260101T000005Z\n',
    '20260230T000000Z',
    '20250229T000000Z',
    '20261301T000000Z',
    '20260100T000000Z',
    '20260101T240000Z',
    '20260101T006000Z',
    '20161231T235960Z',
    '120260101T000005Z',
  ])('%j', (text) => {
    expect(outcome(() => parseAmzDate(text))).toEqual({ refused: 'ERR_IAM_DATE' })
  })
})
