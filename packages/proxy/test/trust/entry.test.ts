import { describe, expect, it } from 'vitest'
import { parseTrustEntry } from '../../src/trust/entry.js'

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

  it('reads all options of an origin in any order', () => {
    const entry = parseTrustEntry(`http://wiki.internal:8080,plain-http,key=${KEY},protocol=1`)
    expect(entry).toMatchObject({
      origin: 'http://wiki.internal:8080',
      key: { arn: KEY },
      allowsVersion1: true,
      allowsPlainHttp: true,
    })
  })

  it.each(['https://*.corp.example.com', 'http://*.corp.example.com:8080', 'https://*.xn--bcher-kva.example'])(
    'reads the suffix %s with its account',
    (suffix) => {
      expect(parseTrustEntry(`${suffix},key-account=123456789012`)).toEqual({ suffix, keyAccount: '123456789012' })
    },
  )

  it.each([
    ['wiki.example.com', 'is not an origin'],
    ['https://wiki.example.com/', 'write https://wiki.example.com'],
    ['HTTPS://Wiki.example.com', 'write https://wiki.example.com'],
    ['https://wiki.example.com:443', 'write https://wiki.example.com'],
    ['https://user@wiki.example.com', 'write https://wiki.example.com'],
    ['ftp://wiki.example.com', 'is not an origin'],
    ['https://b\u00fccher.example', 'write https://xn--bcher-kva.example'],
    ['https://w\u0456ki.example', 'write https://xn--wki-jhd.example'],
    ['https://\u24e6iki.example', 'write https://wiki.example'],
    ['https://XN--BCHER-KVA.example', 'write https://xn--bcher-kva.example'],
    ['', 'is not an origin'],
    ['https://a.example,protocol=3', 'none of key=<ARN>'],
    ['https://a.example,key=alias/x', 'not the full ARN'],
    [`https://a.example,key=${KEY} `, 'not the full ARN'],
    [`https://a.example,key=${KEY},key=${KEY}`, 'stands twice'],
    ['https://a.example,plain-http,plain-http', 'stands twice'],
    ['https://a.example,protocol=1,protocol=2', 'stands twice'],
    ['https://a.example,', 'none of key=<ARN>'],
    ['https://a.example,key-account=123456789012', 'an account is pinned for a suffix only'],
  ])('refuses the origin %j', (text, message) => {
    expect(() => parseTrustEntry(text)).toThrow(message)
  })

  it.each([
    ['*.corp.example.com', 'is not a suffix'],
    ['https://*', 'is not a suffix'],
    ['https://*.', 'is not a suffix'],
    ['https://*.com', 'too wide'],
    ['https://*.localhost:3000', 'too wide'],
    ['https://*corp.example.com', 'is not a suffix'],
    ['https://wiki.*.example.com', 'is not a suffix'],
    ['https://*.*.example.com', 'is not a suffix'],
    ['https://*.corp.example.com.', 'is not a suffix'],
    ['https://*.corp..example.com', 'is not a suffix'],
    ['https://*.0.0.1', 'is not a suffix'],
    ['https://*.[::1]', 'is not a suffix'],
    ['https://*.corp.example.com/', 'write https://*.corp.example.com'],
    ['https://*.CORP.example.com', 'write https://*.corp.example.com'],
    ['https://*.corp.example.com:443', 'write https://*.corp.example.com'],
    ['https://*.b\u00fccher.example', 'write https://*.xn--bcher-kva.example'],
    ['https://user@*.corp.example.com', 'is not a suffix'],
    ['https://*@evil.example.com', 'is not a suffix'],
    ['ws://*.corp.example.com', 'is not a suffix'],
  ])('refuses the suffix %j', (suffix, message) => {
    expect(() => parseTrustEntry(`${suffix},key-account=123456789012`)).toThrow(message)
  })

  it.each([
    ['', 'needs the account'],
    [',key-account=12345678901', '12 digits'],
    [',key-account=1234567890123', '12 digits'],
    [',key-account=', '12 digits'],
    [',key-account=123456789012,protocol=1', 'name the exact origin for more'],
    [',key-account=123456789012,plain-http', 'name the exact origin for more'],
    [`,key=${KEY}`, 'name the exact origin for more'],
  ])('refuses a suffix with %j', (options, message) => {
    expect(() => parseTrustEntry(`https://*.corp.example.com${options}`)).toThrow(message)
  })
})
