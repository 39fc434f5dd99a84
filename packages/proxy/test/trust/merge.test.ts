import { describe, expect, it } from 'vitest'
import { parseTrustEntry } from '../../src/trust/entry.js'
import { flagSource, mergeTrust, type TrustSource } from '../../src/trust/merge.js'

const WIKI = 'https://wiki.example.com'
const CORP = 'https://*.corp.example.com'
const KEY = 'arn:aws:kms:eu-west-1:210987654321:key/11111111-2222-3333-4444-555555555555'
const OTHER = KEY.replace('1111', '9999')

const flags = (...texts: string[]): TrustSource => flagSource(texts.map(parseTrustEntry))
const user = (...texts: string[]): TrustSource => ({ kind: 'user', name: '/u', entries: texts.map(parseTrustEntry) })
const system = (...texts: string[]): TrustSource => ({
  kind: 'system',
  name: '/s',
  entries: texts.map(parseTrustEntry),
})

describe('several sources', () => {
  it.each<[sources: TrustSource[], allowsVersion1: boolean, allowsPlainHttp: boolean]>([
    [[flags(`${WIKI},protocol=1`), user(WIKI), system(WIKI)], true, false],
    [[flags(WIKI), user(`${WIKI},protocol=1`), system(`${WIKI},plain-http`)], false, false],
    [[flags(), user(WIKI), system(`${WIKI},protocol=1`)], false, false],
    [[flags(), user(), system(`${WIKI},protocol=1,plain-http`)], true, true],
  ])('allow what the strongest of them says, and nothing of a weaker one: %#', (sources, version1, plainHttp) => {
    const { inForce, problems } = mergeTrust(sources)
    expect(problems).toEqual([])
    expect(inForce).toMatchObject([{ name: WIKI, allowsVersion1: version1, allowsPlainHttp: plainHttp }])
  })

  it('keep a pin that stands in any of them: no flag takes it away in silence', () => {
    const { inForce } = mergeTrust([flags(`${WIKI},protocol=1`), user(WIKI), system(`${WIKI},key=${KEY}`)])
    expect(inForce).toMatchObject([{ pin: { kind: 'key', value: KEY, source: { kind: 'system', name: '/s' } } }])
  })

  it('say which entry is in force', () => {
    const { listed } = mergeTrust([flags(), user(WIKI, `${CORP},key-account=123456789012`), system(WIKI)])
    expect(listed.map(({ source, isInForce }) => [source.kind, isInForce])).toEqual([
      ['user', true],
      ['user', true],
      ['system', false],
    ])
  })

  it.each<[sources: TrustSource[], parts: string[]]>([
    [
      [flags(`${WIKI},key=${OTHER}`), user(`${WIKI},key=${KEY}`)],
      [`${WIKI} has different pins`, `${OTHER} by --trust`, `${KEY} in /u`],
    ],
    [
      [flags(WIKI), user(`${WIKI},key=${OTHER}`), system(`${WIKI},key=${KEY}`)],
      [`${OTHER} in /u`, `${KEY} in /s`],
    ],
    [
      [flags(`${CORP},key-account=123456789012`), system(`${CORP},key-account=210987654321`)],
      [`${CORP} has`, '123456789012 by --trust', '210987654321 in /s'],
    ],
  ])('with pins that contradict each other are a problem that names both: %#', (sources, parts) => {
    const { problems } = mergeTrust(sources)
    expect(problems).toHaveLength(1)
    for (const part of parts) expect(problems[0]).toContain(part)
  })

  it('with the same pin are none', () => {
    expect(mergeTrust([flags(`${WIKI},key=${KEY}`), system(`${WIKI},key=${KEY}`)]).problems).toEqual([])
  })
})
