import { describe, expect, it } from 'vitest'
import { isPermitted, normaliseHost, requirePermittedName, widestNames } from '../../src/tls/names.js'

describe('a host', () => {
  it.each([
    ['Wiki.Example.COM', 'wiki.example.com'],
    ['wiki.example.com.', 'wiki.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['a_b.example', 'a_b.example'],
    ['localhost', 'localhost'],
  ])('is %s as certificates have it', (host, name) => {
    expect(normaliseHost(host)).toBe(name)
  })

  it.each([
    '127.0.0.1',
    '::1',
    '[::1]',
    '0x7f.1',
    '2130706433',
    '',
    '.',
    'a..b',
    '-a.example',
    'a-.example',
    '*.example.com',
    'a b.example',
    'a/b.example',
    'user@b.example',
    'b.example:443',
    `${'a'.repeat(64)}.example`,
    `${'abcdefg.'.repeat(32)}example`,
    'a\0.example',
  ])('is none in %j', (text) => {
    expect(normaliseHost(text)).toBeUndefined()
  })
})

describe('a permitted name', () => {
  it.each([
    ['wiki.corp.example', true],
    ['WIKI.CORP.EXAMPLE', true],
    ['corp.example', true],
    ['a.b.corp.example', true],
    ['corp.example.', true],
    ['xcorp.example', false],
    ['example', false],
    ['corp.example.com', false],
    ['.corp.example', false],
    ['*.corp.example', false],
    ['127.0.0.1', false],
    ['::1', false],
  ])('permits %s: %s', (host, expected) => {
    expect(isPermitted(['corp.example', 'other.test'], host)).toBe(expected)
  })

  it.each([
    ['corp.example.com', 'corp.example.com'],
    ['*.corp.example.com', 'corp.example.com'],
    ['XN--BCHER-KVA.example', 'xn--bcher-kva.example'],
    ['internal-wiki-1.eu-west-1.elb.amazonaws.com', 'internal-wiki-1.eu-west-1.elb.amazonaws.com'],
    ['wiki.github.io', 'wiki.github.io'],
    ['company.co.uk', 'company.co.uk'],
  ])('may be %s', (text, name) => {
    expect(requirePermittedName(text)).toBe(name)
  })

  it.each([
    ['Bücher.example', /letters beyond ASCII: write xn--bcher-kva\.example/],
    ['*.wіki.example', /letters beyond ASCII: write xn--wki-jhd\.example/],
    ['ⓦiki.example', /letters beyond ASCII: write wiki\.example/],
    ['com', /too wide: at least two labels/],
    ['*.com', /too wide: at least two labels/],
    ['localhost', /too wide: at least two labels/],
    ['co.uk', /too wide: strangers/],
    ['*.com.au', /too wide: strangers/],
    ['amazonaws.com', /too wide: strangers/],
    ['eu-west-1.elb.amazonaws.com', /too wide: strangers/],
    ['github.io', /too wide: strangers/],
    ['10.0.0.1', /an IP address, and only names/],
    ['[::1]', /an IP address, and only names/],
    ['https://wiki.example.com', /not a domain: write it like corp.example.com/],
    ['', /not a domain/],
    ['*', /not a domain/],
    ['*.*.example.com', /not a domain/],
  ])('may not be %j', (text, message) => {
    expect(() => requirePermittedName(text)).toThrow(message)
  })

  it('stands in the list once, without what another covers', () => {
    expect(widestNames(['b.test', 'a.b.test', 'xb.test', 'b.test', 'a.test'])).toEqual(['a.test', 'b.test', 'xb.test'])
  })
})
