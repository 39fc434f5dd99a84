import fc from 'fast-check'
import { expect, it } from 'vitest'
import { matchesSuffix, requireSuffix } from '../../src/trust/suffix.js'

const SUFFIX = 'https://*.corp.example.com'

it.each(['https://wiki.corp.example.com', 'https://a.b.corp.example.com', 'https://xn--bcher-kva.corp.example.com'])(
  'covers %s',
  (origin) => expect(matchesSuffix(SUFFIX, origin)).toBe(true),
)

it.each([
  ['the name itself', 'https://corp.example.com'],
  ['a longer label', 'https://evilcorp.example.com'],
  ['a label that ends the same', 'https://wiki.evil-corp.example.com'],
  ['the name as a label of somebody else', 'https://wiki.corp.example.com.evil.com'],
  ['the name before an @', 'https://wiki.corp.example.com@evil.com'],
  ['another scheme', 'http://wiki.corp.example.com'],
  ['another port', 'https://wiki.corp.example.com:8443'],
  ['a trailing dot', 'https://wiki.corp.example.com.'],
  ['an empty label', 'https://.corp.example.com'],
  ['an empty label within', 'https://wiki..corp.example.com'],
  ['no host at all', 'https://'],
  ['the suffix itself', SUFFIX],
])('does not cover %s: %s', (_what, origin) => {
  expect(matchesSuffix(SUFFIX, origin)).toBe(false)
})

it.each(['https://*.com', 'http://*.localhost', 'https://*.internal:8443'])('%s is too wide', (text) => {
  expect(() => requireSuffix(text)).toThrow(/too wide/)
})

it('takes the port as part of the suffix', () => {
  expect(matchesSuffix('https://*.corp.example.com:8443', 'https://wiki.corp.example.com:8443')).toBe(true)
  expect(matchesSuffix('https://*.corp.example.com:8443', 'https://wiki.corp.example.com')).toBe(false)
})

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/).filter((text) => !text.startsWith('xn--'))
const labels = fc.array(label, { minLength: 1, maxLength: 3 })

it('covers exactly the hosts that have more labels than the suffix, and end in all of its labels', () => {
  fc.assert(
    fc.property(labels, labels, fc.boolean(), (own, others, isBelow) => {
      const suffix = [...own, 'example', 'com']
      const host = isBelow ? [...others, ...suffix] : [...others, 'example', 'com']
      const expected = host.length > suffix.length && suffix.every((part, i) => part === host.slice(-suffix.length)[i])
      const pattern = requireSuffix(`https://*.${suffix.join('.')}`)
      expect(matchesSuffix(pattern, `https://${host.join('.')}`)).toBe(expected)
    }),
  )
})

it('covers nothing but hosts below its name, whatever the text', () => {
  fc.assert(
    fc.property(fc.domain(), fc.string(), (domain, text) => {
      for (const origin of [`https://${domain}`, text, `https://${text}.corp.example.com`]) {
        if (!matchesSuffix(SUFFIX, origin)) continue
        expect(new URL(origin).origin).toBe(origin)
        expect(new URL(origin).hostname).toMatch(/[^.]\.corp\.example\.com$/)
      }
    }),
  )
})
