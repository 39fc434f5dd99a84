import { describe, expect, test } from 'vitest'
import { inAscii } from '../../src/server/ascii-host.js'

describe('a host as people type it, in the form that travels', () => {
  test.each([
    ['bücher.example', 'xn--bcher-kva.example'],
    ['Bücher.Example:8443', 'xn--bcher-kva.example:8443'],
    ['bu\u0308cher.example', 'xn--bcher-kva.example'],
    ['straße.example', 'xn--strae-oqa.example'],
    ['例え.jp/path?ü', 'xn--r8jz45g.jp/path?ü'],
    ['wіki.example', 'xn--wki-jhd.example'],
    ['wiki.example', 'wiki.example'],
    ['WIKI.example:80', 'WIKI.example:80'],
    ['[::1]:80', '[::1]:80'],
    ['', ''],
  ])('%j is %j', (text, expected) => {
    expect(inAscii(text)).toBe(expected)
  })

  test.each(['a／b.example', 'ü ber.example', '\ufffd.example', 'a\u2028b.example'])(
    '%j is no host: it stays what it is, for the parser to refuse',
    (text) => {
      expect(inAscii(text)).toBe(text)
    },
  )

  test.each([
    ['ⓦiki.example', 'wiki.example'],
    ['ｗｉｋｉ.example', 'wiki.example'],
    ['１２７.0.0.1', '127.0.0.1'],
    ['例え。jp', 'xn--r8jz45g.jp'],
    ['wi\u00adki.example', 'wiki.example'],
  ])('%j is only a spelling of %s: to be typed as that', (text, ascii) => {
    expect(() => inAscii(text)).toThrow(new TypeError(`${text} is a spelling of ${ascii}: write that, if you mean it`))
  })
})
