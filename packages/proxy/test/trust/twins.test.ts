import { expect, it } from 'vitest'
import { findTwin } from '../../src/trust/twins.js'

it.each<[text: string, members: string[], twin: string | undefined]>([
  ['{}', [], undefined],
  ['{"a":1,"b":{"a":1}}', ['a', 'b', 'a'], undefined],
  ['{"a":1,"a":2}', ['a'], 'a'],
  ['{"b":1,"a":1,"a" \n:2}', ['a', 'b'], 'a'],
  ['{"a":1,"\\u0061":2}', ['a'], 'a'],
  ['{"a":"b:","b":"\\":","c":["x","y:"]}', ['a', 'b', 'c'], undefined],
  ['{"a\\"":1,"a\\"":2}', ['a"'], 'a"'],
  ['{"__proto__":1,"__proto__":2}', ['__proto__'], '__proto__'],
])('%s has %j, of which %s stands twice', (text, members, twin) => {
  expect(findTwin(text, members)).toBe(twin)
})
