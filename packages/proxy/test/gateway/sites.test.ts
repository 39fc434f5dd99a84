import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/config.js'
import { parseListen } from '../../src/gateway/listen.js'
import { parseSites } from '../../src/gateway/sites.js'

const names = (...texts: string[]) => parseSites(texts).map(({ site, name }) => `${name} ${site.origin}`)

describe('sites', () => {
  test.each([
    [['https://wiki.example.com'], ['wiki https://wiki.example.com']],
    [['https://Wiki.example.com:443/'], ['wiki https://wiki.example.com']],
    [['http://wiki'], ['wiki http://wiki']],
    [['https://bücher.example/=books'], ['books https://xn--bcher-kva.example']],
    [['https://Bücher.example:8443'], ['xn-bcher-kva https://xn--bcher-kva.example:8443']],
    [['https://xn--bcher-kva.example'], ['xn-bcher-kva https://xn--bcher-kva.example']],
    [['https://wiki.example.com=docs'], ['docs https://wiki.example.com']],
    [['https://localhost:9443'], ['localhost https://localhost:9443']],
    [['https://10.0.0.7'], ['10-0-0-7 https://10.0.0.7']],
    [['https://[fd00::7]'], ['fd00-7 https://[fd00::7]']],
    [['https://my_wiki.example.com'], ['my-wiki https://my_wiki.example.com']],
    [
      ['https://wiki.a.example', 'https://wiki.b.example', 'https://graphs.a.example'],
      [
        'wiki-a-example https://wiki.a.example',
        'wiki-b-example https://wiki.b.example',
        'graphs https://graphs.a.example',
      ],
    ],
    [
      ['https://wiki.a.example', 'http://wiki.a.example', 'https://wiki.a.example:8443'],
      [
        'wiki-a-example https://wiki.a.example',
        'http-wiki-a-example http://wiki.a.example',
        'wiki-a-example-8443 https://wiki.a.example:8443',
      ],
    ],
  ])('%s', (texts, expected) => {
    expect(names(...texts)).toEqual(expected)
  })

  test('a name of one’s own is for one site', () => {
    expect(parseSites(['https://wiki.example.com'], 'docs')).toMatchObject([{ name: 'docs', isChosen: true }])
    expect(() => parseSites(['https://a.example', 'https://b.example'], 'docs')).toThrow(/--name is for one site/)
  })

  test.each([
    ['wiki.example.com', /write it as https:\/\//],
    ['ftp://wiki.example.com', /write it as https:\/\//],
    ['https://me:pw@wiki.example.com', /no user/],
    ['https://mé:pw@wiki.example.com', /no user/],
    ['https://ⓦiki.example.com', /is a spelling of wiki\.example\.com: write that/],
    ['https://bücher.example/ü', /without a path: https:\/\/xn--bcher-kva\.example$/],
    ['https://bücher.example=bücher', /small letters/],
    ['https://wiki.example.com:0', /port 1 to 65535/],
    ['https://wiki.example.com/start', /without a path: https:\/\/wiki\.example\.com$/],
    ['https://wiki.example.com=', /small letters/],
    ['https://wiki.example.com=Wiki', /small letters/],
    ['https://wiki.example.com=a.b', /small letters/],
    ['https://wiki.example.com=-a', /small letters/],
  ])('%s is refused', (text, expected) => {
    expect(() => parseSites([text])).toThrow(ConfigError)
    expect(() => parseSites([text])).toThrow(expected)
  })

  test('all problems are told at once', () => {
    expect(() => parseSites(['x', 'https://a.example=n', 'https://b.example=n', 'https://a.example=m'])).toThrow(
      /^x: write it as .*\nhttps:\/\/a\.example stands twice\ntwo sites are named n: give one another, as URL=name$/,
    )
  })
})

describe('--listen', () => {
  test.each([
    [undefined, 8443],
    ['127.0.0.1:9000', 9000],
    [':0', 0],
    ['[::1]:9000', 9000],
    ['localhost:80', 80],
  ])('%s', (text, port) => {
    expect(parseListen(text)).toBe(port)
  })

  test.each(['0.0.0.0:9000', '[::]:9000', '*:9000', '192.0.2.1:9000', '127.0.0.2:9000', 'example.com:9000'])(
    '%s is refused: it is not where browsers look',
    (text) => {
      expect(() => parseListen(text)).toThrow(/127\.0\.0\.1 and \[::1\] only/)
    },
  )

  test.each(['9000', '127.0.0.1', '127.0.0.1:99999'])('%s is no address', (text) => {
    expect(() => parseListen(text)).toThrow(/^--listen: write it as host:port/)
  })
})
