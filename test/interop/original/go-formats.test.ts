/** Go's bytes, as literals. */
import { expect, test } from 'vitest'
import { decodeBase64UntilFault, formatCredentials, formatQueryEscape, parsePathUnescape } from './client/go-formats.js'

test.each([
  ['2026-11-22T01:15:06Z', '2026-11-22T01:15:06Z'],
  ['2026-11-22T01:15:10.000Z', '2026-11-22T01:15:10Z'],
  ['2026-11-22T01:15:06.870Z', '2026-11-22T01:15:06.87Z'],
])('credentials that expire at %s are sorted by name and say %s', (time, written) => {
  const Expiration = new Date(time)
  const credentials = { SessionToken: 'a+/=', Expiration, SecretAccessKey: '<&>', AccessKeyId: 'ASIA' }
  expect(formatCredentials(credentials)).toBe(
    `{"AccessKeyId":"ASIA","Expiration":"${written}","SecretAccessKey":"\\u003c\\u0026\\u003e","SessionToken":"a+/="}`,
  )
})

test.each([
  ['/?a=1', '%2F%3Fa%3D1'],
  ['a b+c/d=e', 'a+b%2Bc%2Fd%3De'],
  ["-_.~!*'()", '-_.~%21%2A%27%28%29'],
  ['é', '%C3%A9'],
])('%s is escaped as %s', (text, escaped) => {
  expect(formatQueryEscape(Buffer.from(text))).toBe(escaped)
})

test('a path is decoded to bytes that need not be UTF-8', () => {
  expect(formatQueryEscape(parsePathUnescape('/%ff%2Fb+%2B%20'))).toBe('%2F%FF%2Fb%2B%2B+')
})

test.each([
  ['YWI=', 'ab'],
  ['YWJj!!', 'abc'],
  ['YWI=!!', 'ab'],
  ['YWJjYW', 'abc'],
  ['YWJj-_==', 'abc'],
  ['!!', ''],
])('%s is base64 of %j, up to its first fault', (text, decoded) => {
  expect(decodeBase64UntilFault(text).toString()).toBe(decoded)
})
