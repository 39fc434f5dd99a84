import { describe, expect, test } from 'vitest'
import { createFronts, type Front } from '../../src/gateway/front.js'
import { parseSites } from '../../src/gateway/sites.js'

const fronts = createFronts(
  parseSites(['https://wiki.example.com', 'https://graphs.example.com:8443=g', 'http://old.internal']),
  9000,
)
const [wiki, graphs, old] = fronts as [Front, Front, Front]
const WIKI = 'http://wiki.localhost:9000'
const GRAPHS = 'http://g.localhost:9000'
const OLD = 'http://old.localhost:9000'

describe('a request', () => {
  test.each<[what: string, front: Front, field: [string, string], expected: string]>([
    ['Host', wiki, ['Host', 'wiki.localhost:9000'], 'wiki.example.com'],
    ['Host of a site with a port', graphs, ['host', 'g.localhost:9000'], 'graphs.example.com:8443'],
    ['the page’s own Origin', wiki, ['Origin', WIKI], 'https://wiki.example.com'],
    ['the Origin of another site of the gateway', wiki, ['Origin', GRAPHS], 'https://graphs.example.com:8443'],
    ['a foreign Origin', wiki, ['Origin', 'https://evil.example'], 'https://evil.example'],
    ['another port of the same name', wiki, ['Origin', 'http://wiki.localhost:9001'], 'http://wiki.localhost:9001'],
    ['the http address of the site', wiki, ['Origin', 'http://wiki.example.com'], 'http://wiki.example.com'],
    ['the site’s real address, which is another origin here', wiki, ['Origin', 'https://wiki.example.com'], WIKI],
    ['that, spelled otherwise', wiki, ['Origin', 'HTTPS://Wiki.Example.com:443'], WIKI],
    ['no origin', wiki, ['Origin', 'null'], 'null'],
    ['Referer', wiki, ['Referer', `${WIKI}/a/b?c=%2F`], 'https://wiki.example.com/a/b?c=%2F'],
    ['Referer without a path', wiki, ['referer', `${WIKI}/`], 'https://wiki.example.com/'],
    ['a foreign Referer', wiki, ['Referer', `https://evil.example/?${WIKI}/`], `https://evil.example/?${WIKI}/`],
    ['a Referer that begins alike', wiki, ['Referer', `${WIKI}.evil.example/`], `${WIKI}.evil.example/`],
    ['a Referer with a user', wiki, ['Referer', 'https://me@wiki.example.com/a'], `${WIKI}/a`],
    ['a Referer of the real address', wiki, ['Referer', 'https://WIKI.example.com/a'], `${WIKI}/a`],
    ['a Referer that is no URL', wiki, ['Referer', 'wiki'], 'wiki'],
    ['Destination', wiki, ['Destination', `${WIKI}/new`], 'https://wiki.example.com/new'],
    ['Destination elsewhere', wiki, ['Destination', 'https://other.example/'], 'https://other.example/'],
    ['Sec-Fetch-Site', wiki, ['Sec-Fetch-Site', 'cross-site'], 'cross-site'],
    ['Cookie', wiki, ['Cookie', `a=${WIKI}`], `a=${WIKI}`],
  ])('%s', (_, front, field, expected) => {
    expect(front.toSite({ method: 'GET', rawHeaders: field })).toEqual([field[0], expected])
  })

  test('keeps every line, repeated ones too', () => {
    const rawHeaders = ['Host', 'a', 'Host', 'b', 'X', '1', 'x', '2']
    expect(wiki.toSite({ method: 'GET', rawHeaders })).toEqual([
      ...['Host', 'wiki.example.com', 'Host', 'wiki.example.com', 'X', '1', 'x', '2'],
    ])
  })
})

describe('a request from another port of the name, or from below it', () => {
  const port = 'http://wiki.localhost:9001'
  const page = ['Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'document']
  test.each<[what: string, method: string, fields: string[], isKept: boolean]>([
    ['an image', 'GET', ['Sec-Fetch-Site', 'same-site', 'Sec-Fetch-Mode', 'no-cors'], false],
    [
      'a frame',
      'GET',
      ['Sec-Fetch-Site', 'same-site', 'Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'iframe'],
      false,
    ],
    ['a WebSocket', 'GET', ['Origin', port], false],
    ['one from a name below', 'GET', ['Origin', 'http://a.wiki.localhost:9000'], false],
    ['one by TLS', 'GET', ['Origin', 'https://wiki.localhost:9000'], false],
    ['a form', 'POST', ['Sec-Fetch-Site', 'same-site', ...page, 'Origin', port], false],
    ['a link', 'GET', ['Sec-Fetch-Site', 'same-site', ...page], true],
    ['no such request: the page’s own', 'GET', ['Sec-Fetch-Site', 'same-origin', 'Origin', WIKI], true],
    [
      'no such request: another name',
      'GET',
      ['Sec-Fetch-Site', 'cross-site', 'Origin', 'http://mywiki.localhost:9000'],
      true,
    ],
    ['no such request: a program', 'GET', [], true],
  ])('%s', (_, method, fields, isKept) => {
    const sent = wiki.toSite({ method, rawHeaders: [...fields, 'Cookie', 'a=1', 'cookie', 'b=2'] })
    expect(sent.join().includes('a=1,cookie,b=2')).toBe(isKept)
    expect(sent).not.toContain('same-site')
    if (!isKept && fields.includes('Sec-Fetch-Site')) expect(sent).toContain('cross-site')
  })
})

describe('an answer: where it leads', () => {
  test.each<[what: string, front: Front, value: string, expected: string]>([
    ['the site itself', wiki, 'https://wiki.example.com/a?b#c', `${WIKI}/a?b#c`],
    ['without a path', wiki, 'https://wiki.example.com', WIKI],
    ['with a query only', wiki, 'https://wiki.example.com?x', `${WIKI}?x`],
    ['with its default port, in capitals', wiki, 'HTTPS://WIKI.example.com:443/', `${WIKI}/`],
    ['by the host alone', wiki, '//wiki.example.com/auth?token=x', `${WIKI}/auth?token=x`],
    ['in backslashes', wiki, '\\/wiki.example.com\\a', `${WIKI}\\a`],
    ['its http address', wiki, 'http://wiki.example.com/a', `${WIKI}/a`],
    ['its http address, port included', graphs, 'http://graphs.example.com:8443/', `${GRAPHS}/`],
    ['another site of the gateway', wiki, 'https://graphs.example.com:8443/d', `${GRAPHS}/d`],
    ['that site at another port', wiki, 'https://graphs.example.com/d', 'https://graphs.example.com/d'],
    ['the https address of an http site', old, 'https://old.internal/', 'https://old.internal/'],
    ['an http site', old, 'http://old.internal/x', `${OLD}/x`],
    ['elsewhere', wiki, 'https://login.example.com/', 'https://login.example.com/'],
    [
      'elsewhere, with the site as its user',
      wiki,
      'https://wiki.example.com@evil.example/',
      'https://wiki.example.com@evil.example/',
    ],
    [
      'elsewhere, with a name that begins alike',
      wiki,
      'https://wiki.example.com.evil.example/',
      'https://wiki.example.com.evil.example/',
    ],
    ['a path', wiki, '/a//b', '/a//b'],
    ['a relative path', wiki, '../a', '../a'],
    ['a URL in a query', wiki, '/login?next=https://wiki.example.com/', '/login?next=https://wiki.example.com/'],
    ['the gateway already', wiki, `${WIKI}/a`, `${WIKI}/a`],
    ['bytes beyond ASCII', wiki, 'https://wiki.example.com/caf\xc3\xa9', `${WIKI}/caf\xc3\xa9`],
    ['no URL', wiki, '//[', '//['],
    ['another scheme', wiki, 'mailto:a@wiki.example.com', 'mailto:a@wiki.example.com'],
  ])('%s', (_, front, value, expected) => {
    expect(front.toBrowser(['Location', value])).toEqual(['Location', expected])
    expect(front.toBrowser(['content-location', value])).toEqual(['content-location', expected])
  })

  test.each([
    ['Refresh', '5; url=https://wiki.example.com/next', `5; url=${WIKI}/next`],
    ['Refresh', `0;URL='https://wiki.example.com/next'`, `0;URL='${WIKI}/next'`],
    ['Refresh', '3', '3'],
    [
      'Link',
      '<https://wiki.example.com/a.css>; rel=preload, </b>; rel=next',
      `<${WIKI}/a.css>; rel=preload, </b>; rel=next`,
    ],
    ['Access-Control-Allow-Origin', 'https://wiki.example.com', WIKI],
    ['Access-Control-Allow-Origin', '*', '*'],
    ['Access-Control-Allow-Origin', 'null', 'null'],
    ['Access-Control-Allow-Origin', 'https://other.example', 'https://other.example'],
    ['Access-Control-Allow-Origin', WIKI, 'https://wiki.example.com'],
    [
      'Timing-Allow-Origin',
      'https://graphs.example.com:8443, https://other.example',
      `${GRAPHS}, https://other.example`,
    ],
    ['Service-Worker-Allowed', '/', '/'],
    ['Clear-Site-Data', '"cookies"', '"cookies"'],
    ['X-Url', 'https://wiki.example.com/', 'https://wiki.example.com/'],
  ])('%s: %s', (name, value, expected) => {
    expect(wiki.toBrowser([name, value])).toEqual([name, expected])
  })

  test('what is about the site’s own TLS is left out', () => {
    const flat = ['strict-transport-security', 'max-age=1', 'Alt-Svc', 'h3=":443"', 'X', 'y']
    expect(wiki.toBrowser(flat)).toEqual(['X', 'y'])
  })
})

describe('a cookie', () => {
  test.each([
    ['a=1; Path=/; Secure; HttpOnly; SameSite=Lax', undefined],
    ['__Host-a=1; Path=/; Secure', undefined],
    ['__Host-a=1; Path=/; Secure; Domain=wiki.example.com', undefined],
    ['a=1; Domain=wiki.example.com; Path=/', 'a=1; Path=/'],
    ['a=1; domain = .Example.COM ;Secure', 'a=1;Secure'],
    ['a=1; Domain=example.com; Partitioned; SameSite=None', 'a=1; Partitioned; SameSite=None'],
    ['a=1; Domain=evil.example', undefined],
    ['a=1; Domain=iki.example.com', undefined],
    ['a=1; Domain=a.wiki.example.com', undefined],
    ['a=Domain=example.com', undefined],
    ['a=1; Domain=', undefined],
  ])('%s', (line, expected = line) => {
    expect(wiki.toBrowser(['Set-Cookie', line])).toEqual(['Set-Cookie', expected])
  })
})

describe('a content security policy', () => {
  test.each([
    [`default-src 'self'; upgrade-insecure-requests`, undefined],
    [`default-src 'none'; script-src 'nonce-abc' 'strict-dynamic'`, undefined],
    [`default-src https:`, `default-src https: http://wiki.localhost:9000 http://g.localhost:9000`],
    [`connect-src 'self' wss:`, `connect-src 'self' wss: ws://wiki.localhost:9000 ws://g.localhost:9000`],
    [
      `img-src https://wiki.example.com/i/ data:`,
      `img-src https://wiki.example.com/i/ data: http://wiki.localhost:9000/i/`,
    ],
    [`script-src-elem wiki.example.com`, `script-src-elem wiki.example.com wiki.localhost:9000`],
    [`script-src *.example.com:*`, `script-src *.example.com:* wiki.localhost:9000 g.localhost:9000`],
    [`script-src https://*.example.com`, `script-src https://*.example.com http://wiki.localhost:9000`],
    [`connect-src wss://graphs.example.com:8443`, `connect-src wss://graphs.example.com:8443 ws://g.localhost:9000`],
    [`connect-src ws://old.internal`, `connect-src ws://old.internal ws://old.localhost:9000`],
    [`connect-src https://old.internal`, undefined],
    [`connect-src https://graphs.example.com`, undefined],
    [`script-src https://cdn.example.net`, undefined],
    [`script-src https://wiki.example.com.evil.example`, undefined],
    [`default-src *`, undefined],
    [`report-uri https://wiki.example.com/csp; sandbox`, undefined],
    [
      `default-src 'self'; frame-ancestors https://wiki.example.com; base-uri 'none', img-src https://wiki.example.com`,
      `default-src 'self'; frame-ancestors https://wiki.example.com http://wiki.localhost:9000; base-uri 'none', img-src https://wiki.example.com http://wiki.localhost:9000`,
    ],
  ])('%s', (policy, expected = policy) => {
    for (const name of ['Content-Security-Policy', 'content-security-policy-report-only']) {
      expect(wiki.toBrowser([name, policy])).toEqual([name, expected])
    }
  })
})
