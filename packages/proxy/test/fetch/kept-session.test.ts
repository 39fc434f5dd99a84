import { expect, it } from 'vitest'
import { freshSession } from '../../src/fetch/kept-session.js'
import { createSessionJar } from '../../src/login/sessions.js'

const ORIGIN = 'https://wiki.example.com'
const NOW = Date.UTC(2026, 0, 1)
const expires = (seconds: number) => `expires=${new Date(NOW + seconds * 1000).toUTCString()}`

/** The age in seconds at which a session with these cookies is renewed; 0 where it never is. */
function renewedAt(...setCookieLines: string[]): number {
  const seconds = [0, 1, 8, 9, 10, 59, 89, 90, 100, 3569, 3570, 3600, 86_400]
  return seconds.find((age) => !isFreshAt(age, setCookieLines)) ?? 0
}

function isFreshAt(age: number, setCookieLines: readonly string[]): boolean {
  const jar = createSessionJar()
  jar.put(ORIGIN, { pairs: [], setCookieLines, obtainedAt: 5000 })
  const clocks = { now: () => NOW + age * 1000, monotonicMs: () => 5000 + age * 1000 }
  const session = freshSession(ORIGIN, jar, clocks)
  expect(session).toBe(jar.get(ORIGIN))
  return session !== undefined
}

it.each([
  ['half a minute before its Max-Age', ['s=1; Path=/; Max-Age=3600'], 3570],
  ['half a minute before its Expires', [`s=1; ${expires(3600)}; HttpOnly`], 3570],
  ['by Max-Age where there are both', [`s=1; ${expires(100)}; Max-Age=3600`], 3570],
  ['by the shortest of its cookies', ['s=1; Max-Age=3600', 't=1; Max-Age=100'], 90],
  ['earlier where it is short', ['s=1; Max-Age=10'], 9],
  ['never where it does not say', ['s=1; Path=/'], 0],
  ['never where the clocks cannot agree', [`s=1; ${expires(-50)}`], 0],
  ['without regard to cookies that were taken away', ['s=1; Max-Age=3600', 't=; Max-Age=0'], 3570],
])('a session is renewed %s', (_, lines, age) => {
  expect(renewedAt(...lines)).toBe(age)
})
