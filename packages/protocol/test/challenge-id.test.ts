import {
  challengeMacInput,
  formatChallengeCookieValue,
  formatChallengeId,
  isOpaqueChallengeId,
  parseChallengeCookieValue,
  parseChallengeId,
} from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { type Case, outcome, readVectors } from './read-vectors.js'

interface CookieValueCase extends Case<{ id: string; kid: string; mac: string }> {
  readonly text: string
}

const { challengeCookieValues } = readVectors<{ challengeCookieValues: CookieValueCase[] }>('cookies.json')

it('holds its second in the first five bytes', () => {
  const zeros = new Uint8Array(16)
  expect(formatChallengeId(0, zeros)).toBe('AAAAAAAAAAAAAAAAAAAAAAAAAAAA')
  expect(formatChallengeId(2 ** 40 - 1, zeros)).toBe('______8AAAAAAAAAAAAAAAAAAAAA')
  expect(parseChallengeId('______8AAAAAAAAAAAAAAAAAAAAA')).toEqual({ iatSeconds: 1099511627775 })
})

describe('formatChallengeId takes no', () => {
  it.each<[string, number, number]>([
    ['second before 1970', -1, 16],
    ['fraction of a second', 1.5, 16],
    ['second that needs six bytes', 2 ** 40, 16],
    ['NaN', Number.NaN, 16],
    ['15 random bytes', 0, 15],
    ['17 random bytes', 0, 17],
  ])('%s', (_, seconds, length) => {
    expect(() => formatChallengeId(seconds, new Uint8Array(length))).toThrow(TypeError)
  })
})

it.each(['', 'A'.repeat(27), 'A'.repeat(29), `${'A'.repeat(27)}=`, `${'A'.repeat(27)}+`, `${'A'.repeat(28)}\n`])(
  'parseChallengeId refuses %j',
  (id) => {
    expect(outcome(() => parseChallengeId(id))).toEqual({ refused: 'ERR_IAM_CHALLENGE_ID' })
  },
)

it.each([
  ['a'.repeat(21), false],
  ['a'.repeat(22), true],
  ['-_9Z'.repeat(32), true],
  ['a'.repeat(129), false],
  [`${'a'.repeat(22)}.`, false],
  [`${'a'.repeat(22)}\n`, false],
])('%j is opaque to a proxy: %s', (text, opaque) => {
  expect(isOpaqueChallengeId(text)).toBe(opaque)
})

it.each(challengeCookieValues)('cookie value $text', ({ text, accepted, refused }) => {
  expect(outcome(() => parseChallengeCookieValue(text))).toEqual(accepted ? { accepted } : { refused })
  if (accepted) expect(formatChallengeCookieValue(accepted)).toBe(text)
})

it('puts a zero byte between origin and id', () => {
  expect(challengeMacInput('https://a.example', 'id')).toBe('https://a.example\u0000id')
})
