import { expect, it } from 'vitest'
import { countJsonStrings, parseJsonObject } from '../src/json-object.js'

it('is an object or nothing', () => {
  expect(parseJsonObject('{"a":"b"}')).toEqual({ a: 'b' })
  for (const text of ['', 'null', '[]', '1', '"a"', 'true', '{', '{}{}']) expect(parseJsonObject(text)).toBeUndefined()
})

it('gives an object of its own to __proto__ and nothing to others', () => {
  const value = parseJsonObject('{"__proto__":{"a":"b"}}')
  expect(Object.keys(value ?? {})).toEqual(['__proto__'])
  expect((value as { a?: string }).a).toBeUndefined()
  expect(({} as { a?: string }).a).toBeUndefined()
})

it.each([
  ['{}', 0],
  ['{"a":"b"}', 2],
  ['{"a":"\\"b\\\\"}', 2],
  ['{"a":"b","\\u0061":"c"}', 4],
  ['{"a":1}', 1],
])('counts the strings of %s', (json, count) => {
  expect(countJsonStrings(json)).toBe(count)
})
