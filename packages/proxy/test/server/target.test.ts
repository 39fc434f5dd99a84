import { describe, expect, it } from 'vitest'
import { parseConnectTarget, parseTarget } from '../../src/server/target.js'

describe('a target in absolute form', () => {
  it.each([
    ['http://wiki.example.com', 'http://wiki.example.com', '/'],
    ['HTTP://Wiki.Example.com:80/a/../b', 'http://wiki.example.com', '/a/../b'],
    ['https://wiki.example.com?a=b', 'https://wiki.example.com', '/?a=b'],
    ['http://[::1]:8080//x', 'http://[::1]:8080', '//x'],
  ])('%s is %s and %s', (url, origin, path) => {
    expect(parseTarget(url)).toMatchObject({ authority: { origin }, path })
  })

  it.each(['', 'http', 'httpx', 'https:', 'https:x', 'http:/x', 'http:x.example', '//x.example/', '://x.example/'])(
    'refuses %j, which has no authority',
    (url) => {
      expect(() => parseTarget(url)).toThrow(expect.objectContaining({ status: 400 }))
    },
  )

  it.each([
    'ftp://a.example/',
    'ws://a.example/',
    'http://a@b/',
    'http://a:b@c/',
    'http://@a/',
    'http://a\\@b/',
    'http://a b/',
    'http://a:0/',
    'http://a:99999/',
  ])('refuses %j', (url) => {
    expect(() => parseTarget(url)).toThrow(expect.objectContaining({ status: 400 }))
  })
})

describe('a target of CONNECT', () => {
  it('has a port', () => {
    expect(parseConnectTarget('wiki.example.com:443')).toMatchObject({ host: 'wiki.example.com', port: 443 })
  })

  it.each(['wiki.example.com', ':443', 'a@b:443', 'a:0', 'a:65536', 'http://a:80', '[::1]'])('is not %j', (url) => {
    expect(() => parseConnectTarget(url)).toThrow(expect.objectContaining({ status: 400 }))
  })
})
