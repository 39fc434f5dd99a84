import { describe, expect, it } from 'vitest'
import { createTrustList, parseTrustEntry } from '../../src/login/trust.js'

const KEY = 'arn:aws:kms:eu-west-1:210987654321:key/11111111-2222-3333-4444-555555555555'

describe('parseTrustEntry', () => {
  it('reads an origin alone as trusted for version 2 over https', () => {
    expect(parseTrustEntry('https://wiki.example.com')).toEqual({
      origin: 'https://wiki.example.com',
      key: undefined,
      allowsVersion1: false,
      allowsPlainHttp: false,
    })
  })

  it('reads all options in any order', () => {
    const entry = parseTrustEntry(`http://wiki.internal:8080,plain-http,key=${KEY},protocol=1`)
    expect(entry).toMatchObject({ origin: 'http://wiki.internal:8080', allowsVersion1: true, allowsPlainHttp: true })
    expect(entry.key?.arn).toBe(KEY)
  })

  it.each([
    ['wiki.example.com', 'is not an origin'],
    ['https://wiki.example.com/', 'write https://wiki.example.com'],
    ['HTTPS://Wiki.example.com', 'write https://wiki.example.com'],
    ['https://wiki.example.com:443', 'write https://wiki.example.com'],
    ['https://user@wiki.example.com', 'write https://wiki.example.com'],
    ['ftp://wiki.example.com', 'is not an origin'],
    ['', 'is not an origin'],
    ['https://a.example,protocol=3', 'none of key=<ARN>'],
    ['https://a.example,key=alias/x', 'not the full ARN'],
    [`https://a.example,key=${KEY} `, 'not the full ARN'],
    ['https://a.example,plain-http,plain-http', 'stands twice'],
    ['https://a.example,', 'none of key=<ARN>'],
  ])('refuses %j', (text, message) => {
    expect(() => parseTrustEntry(text)).toThrow(message)
  })
})

describe('createTrustList', () => {
  const list = createTrustList([parseTrustEntry('http://127.0.0.1:8000'), parseTrustEntry('https://[::1]')])

  it('finds exact origins only', () => {
    expect(list.entryFor('http://127.0.0.1:8000')?.origin).toBe('http://127.0.0.1:8000')
    expect(list.entryFor('http://127.0.0.1:8001')).toBeUndefined()
    expect(list.entryFor('https://127.0.0.1:8000')).toBeUndefined()
  })

  it('names the hosts and ports of its entries', () => {
    expect(list.namesAuthority('127.0.0.1', 8000)).toBe(true)
    expect(list.namesAuthority('::1', 443)).toBe(true)
    expect(list.namesAuthority('127.0.0.1', 80)).toBe(false)
  })
})
