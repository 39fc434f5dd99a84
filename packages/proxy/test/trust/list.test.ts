import { describe, expect, it } from 'vitest'
import { parseTrustEntry } from '../../src/trust/entry.js'
import { createTrustList } from '../../src/trust/list.js'
import { flagSource, mergeTrust } from '../../src/trust/merge.js'

const listOf = (...texts: string[]) => createTrustList(mergeTrust([flagSource(texts.map(parseTrustEntry))]).inForce)

describe('a trust list', () => {
  const list = listOf(
    'http://127.0.0.1:8000',
    'https://[::1]',
    'https://wiki.corp.example.com',
    'https://*.example.com,key-account=111111111111',
    'https://*.corp.example.com,key-account=222222222222',
    'http://*.corp.example.com:8080,key-account=333333333333',
  )

  it.each([
    ['http://127.0.0.1:8000', 'http://127.0.0.1:8000'],
    ['http://127.0.0.1:8001', undefined],
    ['https://127.0.0.1:8000', undefined],
    ['https://wiki.corp.example.com', 'https://wiki.corp.example.com'],
    ['https://board.corp.example.com', 'https://*.corp.example.com'],
    ['https://a.b.corp.example.com', 'https://*.corp.example.com'],
    ['https://corp.example.com', 'https://*.example.com'],
    ['https://example.com', undefined],
    ['http://board.corp.example.com', undefined],
    ['http://board.corp.example.com:8080', 'http://*.corp.example.com:8080'],
    ['https://*.corp.example.com', 'https://*.corp.example.com'],
  ])('finds for %s: the exact entry, else the longest suffix, else none: %s', (origin, name) => {
    expect(list.entryFor(origin)?.name).toBe(name)
  })

  it('names the hosts and ports of exact entries only: a suffix opens no way to this machine', () => {
    expect(list.namesAuthority('127.0.0.1', 8000)).toBe(true)
    expect(list.namesAuthority('::1', 443)).toBe(true)
    expect(list.namesAuthority('WIKI.corp.example.com', 443)).toBe(true)
    expect(list.namesAuthority('127.0.0.1', 80)).toBe(false)
    expect(list.namesAuthority('board.corp.example.com', 443)).toBe(false)
    expect(list.namesAuthority('corp.example.com', 443)).toBe(false)
  })

  it.each([
    ['board.corp.example.com', 443, true],
    ['board.corp.example.com', 8080, true],
    ['board.corp.example.com', 80, false],
    ['wiki.corp.example.com', 443, true],
    ['127.0.0.1', 8000, true],
    ['::1', 443, true],
    ['::1', 80, false],
    ['example.com', 443, false],
    ['evil.com', 443, false],
  ])('covers for tunnels %s port %i: %s', (host, port, expected) => {
    expect(list.coversAuthority(host, port)).toBe(expected)
  })
})
