import { expect, it } from 'vitest'
import { createSeenVersion2 } from '../../src/login/seen-version2.js'

const WIKI = 'https://wiki.example.com'
const others = Array.from({ length: 10_001 }, (_, index) => `https://a${index}.evil.example`)

it('knows who has offered version 2', () => {
  const seen = createSeenVersion2(() => false)
  seen.add(WIKI)
  expect([seen.has(WIKI), seen.has('https://board.example.com')]).toEqual([true, false])
})

it('forgets those first that were longest not seen: somebody with many names fills no memory', () => {
  const seen = createSeenVersion2(() => false)
  const [first = '', second = '', third = '', ...rest] = others
  for (const origin of [first, second, third]) seen.add(origin)
  seen.add(first)
  for (const origin of [...rest, WIKI]) seen.add(origin)
  expect([seen.has(second), seen.has(third), seen.has(first), seen.has(WIKI)]).toEqual([false, false, true, true])
  expect(others.filter((origin) => seen.has(origin))).toHaveLength(9999)
})

it('never forgets an origin that would be allowed version 1, also where it was only trusted afterwards', () => {
  const trusted = new Set<string>()
  const seen = createSeenVersion2((origin) => trusted.has(origin))
  seen.add(WIKI)
  trusted.add(WIKI)
  for (const origin of others) seen.add(origin)
  for (const origin of others) seen.add(origin)
  expect(seen.has(WIKI)).toBe(true)
})
