import { describe, expect, it } from 'vitest'
import { formatTrustFile, parseTrustFile, TrustFormatError } from '../../src/trust/file-format.js'

const KEY = 'arn:aws:kms:eu-west-1:210987654321:key/11111111-2222-3333-4444-555555555555'

/** As a person, or an administrator's tool, writes it. */
const DOCUMENT = {
  version: 1,
  entries: [
    {
      origin: 'http://wiki.example.com',
      key: KEY,
      protocol: 1,
      plainHttp: true,
      addedAt: '2026-01-31T12:00:00.000Z',
    },
    { origin: 'https://board.example.com', protocol: 2, plainHttp: false },
    { suffix: 'https://*.corp.example.com', keyAccount: '123456789012' },
  ],
}

const withEntry = (entry: unknown) => JSON.stringify({ version: 1, entries: [DOCUMENT.entries[1], entry] })

describe('a trust file', () => {
  it('is read, and written again without what is the default', () => {
    const entries = parseTrustFile(JSON.stringify(DOCUMENT))
    expect(entries).toMatchObject([
      { origin: 'http://wiki.example.com', key: { arn: KEY }, allowsVersion1: true, allowsPlainHttp: true },
      { origin: 'https://board.example.com', key: undefined, allowsVersion1: false, allowsPlainHttp: false },
      { suffix: 'https://*.corp.example.com', keyAccount: '123456789012' },
    ])
    const text = formatTrustFile(entries)
    const [wiki, , corp] = DOCUMENT.entries
    expect(JSON.parse(text)).toEqual({ version: 1, entries: [wiki, { origin: 'https://board.example.com' }, corp] })
    expect(parseTrustFile(text)).toEqual(entries)
  })

  it.each([
    ['', 'is not JSON'],
    ['{"version":1,"entries":[', 'is not JSON'],
    ['[]', 'is not a JSON object'],
    ['null', 'is not a JSON object'],
    ['{"entries":[]}', '"version" is missing'],
    ['{"version":2,"entries":[]}', '"version" is 2'],
    ['{"version":"1","entries":[]}', '"version" is "1"'],
    ['{"version":1}', '"entries" is not a list'],
    ['{"version":1,"entries":{}}', '"entries" is not a list'],
    ['{"version":1,"entries":[],"onlyTrusted":true}', '"onlyTrusted" is no member'],
    ['{"version":1,"version":1,"entries":[]}', '"version" stands twice in one object: remove one of them'],
    ['{"version":1,"entries":[{"origin":"https://a.example"}],"entries":[]}', '"entries" stands twice'],
    [
      `{"version":1,"entries":[{"origin":"https://a.example","k\\u0065y":"${KEY}","key":"${KEY}"}]}`,
      '"key" stands twice',
    ],
    [
      '{"version":1,"entries":[{"origin":"https://a.example","key":"a","key":":","addedAt":"2026-01-01"}]}',
      'not the full ARN',
    ],
  ])('is refused as a whole: %s', (text, problem) => {
    expect(() => parseTrustFile(text)).toThrow(problem)
  })

  it.each<[entry: unknown, problem: string]>([
    ['https://wiki.example.com', 'entry 2: is not an object'],
    [null, 'entry 2: is not an object'],
    [{}, 'entry 2: has one of "origin" and "suffix"'],
    [{ origin: 'https://a.example', suffix: 'https://*.b.example' }, 'has one of "origin" and "suffix"'],
    [{ origin: 'https://a.example/' }, 'entry 2 ("https://a.example/"): "https://a.example/" is not an origin'],
    [{ origin: 'https://*.a.example' }, 'an origin has no "*"'],
    [{ suffix: 'https://a.example', keyAccount: '123456789012' }, 'a suffix begins with "*."'],
    [{ suffix: 'https://*.com', keyAccount: '123456789012' }, 'too wide'],
    [{ suffix: 'https://*.a.example' }, 'needs the account'],
    [{ suffix: 'https://*.a.example', keyAccount: '123456789012', protocol: 1 }, 'name the exact origin'],
    [{ suffix: 'https://*.a.example', keyAccount: 123456789012 }, '"keyAccount" is not a string'],
    [{ origin: 'https://a.example', key: 'alias/x' }, 'not the full ARN'],
    [{ origin: 'https://a.example', key: null }, '"key" is not a string'],
    [{ origin: 'https://a.example', kye: KEY }, '"kye" is none of origin, suffix, key'],
    [{ origin: 'https://a.example', toString: KEY }, '"toString" is none of'],
    [{ origin: 'https://a.example', protocol: '1' }, '"protocol" is not a number'],
    [{ origin: 'https://a.example', protocol: 3 }, '"3" is no version'],
    [{ origin: 'https://a.example', plainHttp: 'yes' }, '"plainHttp" is not a boolean'],
    [{ origin: 'https://a.example', keyAccount: '123456789012' }, 'pinned for a suffix only'],
    [{ origin: 'https://a.example', addedAt: 'yesterday' }, '"addedAt" is not a time'],
    [{ origin: 'https://board.example.com' }, 'https://board.example.com stands twice'],
  ])('is refused for the entry %j', (entry, problem) => {
    expect(() => parseTrustFile(withEntry(entry))).toThrow(problem)
  })

  it('says everything that is wrong at once, in one printable line each', () => {
    const entries = [{ origin: 'a' }, { origin: `\u001b[31m\u009b${'x'.repeat(500)}` }, {}]
    try {
      parseTrustFile(JSON.stringify({ version: 1, entries }))
      expect.unreachable()
    } catch (error) {
      const { problems } = error as TrustFormatError
      expect(error).toBeInstanceOf(TrustFormatError)
      expect(problems).toHaveLength(3)
      for (const problem of problems) expect(problem).not.toMatch(/[\x00-\x1f\x7f-\x9f]/)
    }
  })
})
