import {
  challengeCookieName,
  formatCookieHeader,
  isChallengeCookieName,
  isRemoval,
  parseCookieHeader,
  parseSetCookiePair,
  requireChallengeCookie,
} from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { outcome, readVectors } from './read-vectors.js'

interface CookieVectors {
  readonly cookieHeaders: { name: string; header: string; pairs: [string, string][] }[]
  readonly setCookieLines: { line: string; pair: [string, string] | null; removes: boolean }[]
}

const { cookieHeaders, setCookieLines } = readVectors<CookieVectors>('cookies.json')

describe('Cookie', () => {
  it.each(cookieHeaders)('$name: $header', ({ header, pairs }) => {
    expect(parseCookieHeader(header).map(({ name, value }) => [name, value])).toEqual(pairs)
  })

  it('is written with a semicolon and a space between', () => {
    const pairs = [
      { name: 'b', value: '1' },
      { name: 'a', value: '"x y"' },
    ]
    expect(formatCookieHeader(pairs)).toBe('b=1; a="x y"')
    expect(parseCookieHeader('b=1; a="x y"')).toEqual(pairs)
    expect(formatCookieHeader([])).toBe('')
  })
})

describe('Set-Cookie', () => {
  it.each(setCookieLines)('$line', ({ line, pair, removes }) => {
    const [name, value] = pair ?? []
    expect(parseSetCookiePair(line)).toEqual(pair === null ? undefined : { name, value })
    expect(isRemoval(line)).toBe(removes)
  })
})

describe('the challenge cookie', () => {
  it('has the __Host- prefix on https only', () => {
    expect(challengeCookieName('https://a.example')).toBe('__Host-iam_auth_c')
    expect(challengeCookieName('http://a.example')).toBe('iam_auth_c')
  })

  it.each([
    ['__Host-iam_auth_c', true],
    ['iam_auth_c', true],
    ['__host-iam_auth_c', false],
    ['__Secure-iam_auth_c', false],
    ['iam_auth_c2', false],
    ['', false],
  ])('is named %j: %s', (name, expected) => {
    expect(isChallengeCookieName(name)).toBe(expected)
  })

  it('is found among the lines of a 401', () => {
    const lines = ['a=b', '__Host-iam_auth_c=x.y.z; Secure', 'novalue']
    expect(requireChallengeCookie(lines, 'https://a.example')).toEqual({ name: '__Host-iam_auth_c', value: 'x.y.z' })
  })

  it.each([
    ['none', []],
    ['two', ['__Host-iam_auth_c=x', '__Host-iam_auth_c=x']],
    ['one of each name', ['__Host-iam_auth_c=x', 'iam_auth_c=x']],
    ['the name of plain http', ['iam_auth_c=x']],
    ['a value that is not allowed', ['__Host-iam_auth_c=x y']],
  ])('is refused: %s', (_, lines) => {
    expect(outcome(() => requireChallengeCookie(lines, 'https://a.example'))).toEqual({
      refused: 'ERR_IAM_CHALLENGE_COOKIE',
    })
  })
})
