import { expect, it } from 'vitest'
import { quote } from '../../src/trust/quote.js'

it.each<[what: string, value: unknown, shown: string]>([
  ['a text', 'a"b', '"a\\"b"'],
  ['a number', 3, '3'],
  ['nothing', undefined, 'missing'],
  ['the password of a URL', 'https://me:password@wiki.example.com/a', '"https://…@wiki.example.com/a"'],
  ['a password with an @ in it', 'https://me:pass@word@wiki.example.com', '"https://…@wiki.example.com"'],
  ['an @ behind the host', 'https://wiki.example.com/@me', '"https://wiki.example.com/@me"'],
  ['escape sequences', '\u001b[2J\u009b2J\u007f', '"\\u001b[2J?2J?"'],
  ['a long text', 'x'.repeat(200), `"${'x'.repeat(99)}…`],
])('%s is quoted', (_, value, shown) => {
  expect(quote(value)).toBe(shown)
})
