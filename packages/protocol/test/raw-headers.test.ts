import { connectionOptions, headerValues } from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { trimWhiteSpace } from '../src/raw-headers.js'

it('gives every value of a field in order, whatever the case of its name', () => {
  expect(headerValues(['A', '1', 'b', '2', 'a', '3'], 'a')).toEqual(['1', '3'])
  expect(headerValues([], 'a')).toEqual([])
})

it('takes no value for a name, and drops a name without a value', () => {
  expect(headerValues(['x', 'a', 'a'], 'a')).toEqual([])
})

it('gives the names that Connection lists', () => {
  expect(connectionOptions(['Connection', 'close, X-Foo', 'connection', '\tY '])).toEqual(['close', 'x-foo', 'y'])
  expect(connectionOptions(['Keep-Alive', 'x'])).toEqual([])
})

describe('trimWhiteSpace knows the white space of HTTP only', () => {
  it.each([
    ['', ''],
    [' \t ', ''],
    [' a b\t', 'a b'],
    ['\u00a0a', '\u00a0a'],
    ['a\n', 'a\n'],
    ['\ufeffa', '\ufeffa'],
  ])('%j', (text, trimmed) => {
    expect(trimWhiteSpace(text)).toBe(trimmed)
  })
})
