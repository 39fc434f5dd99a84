import { expect, test } from 'vitest'
import { parseHop } from '../../src/config/hop-url.js'
import { readRoutes } from '../../src/config/upstream-proxy.js'
import { parseHostPattern } from '../../src/upstream/host-pattern.js'
import { createRouteTable, formatHop } from '../../src/upstream/routes.js'

const bind = { host: '127.0.0.1', port: 8080 }

/** Which way `url` goes under these flags. */
function wayOf(url: string, upstreamProxy: readonly string[], env = {}): string {
  const routes = readRoutes({ flags: { upstreamProxy }, env, readFile: () => '', bind })
  const { protocol, hostname, port } = new URL(url)
  const scheme = protocol === 'https:' ? 'https' : 'http'
  const host = hostname.replace(/^\[|\]$/g, '')
  const via = createRouteTable(routes)({ scheme, host, port: Number(port) || (scheme === 'https' ? 443 : 80) })?.via
  return via === undefined ? 'direct' : formatHop(via)
}

const RULES = [
  'http://all:1',
  '*.corp.example=http://corp:2',
  '.deep.corp.example=http://deep:3',
  'wiki.corp.example=direct',
  'wiki.corp.example:8443=socks5h://bastion:4',
  '10.0.0.0/8,fd00::/8=direct',
  '10.1.0.0/16=http://ten-one:5',
  '10.1.2.3=http://one-host:6',
  'bücher.example=http://idn:7',
]

test.each([
  ['http://other.example/', 'http://all:1'],
  ['http://corp.example/', 'http://all:1'],
  ['http://a.corp.example/', 'http://corp:2'],
  ['http://a.corp.example./', 'http://corp:2'],
  ['http://evilcorp.example/', 'http://all:1'],
  ['http://a.deep.corp.example/', 'http://deep:3'],
  ['http://wiki.corp.example/', 'direct'],
  ['https://wiki.corp.example:8443/', 'socks5h://bastion:4'],
  ['http://10.9.9.9/', 'direct'],
  ['http://10.1.9.9/', 'http://ten-one:5'],
  ['http://10.1.2.3/', 'http://one-host:6'],
  ['http://[fd12::1]/', 'direct'],
  ['http://[2001:db8::1]/', 'http://all:1'],
  ['http://xn--bcher-kva.example/', 'http://idn:7'],
  ['http://localhost:3000/', 'direct'],
  ['http://app.localhost/', 'direct'],
  ['http://127.9.9.9/', 'direct'],
  ['http://[::1]/', 'direct'],
  ['http://169.254.169.254/', 'direct'],
])('%s goes %s', (url, expected) => {
  expect(wayOf(url, RULES)).toBe(expected)
})

test('an HTTP proxy for everything is not for this machine, unless a route says so; a bastion is', () => {
  expect(wayOf('http://localhost/', ['http://p:1'])).toBe('direct')
  expect(wayOf('http://localhost/', ['http://p:1', 'localhost=http://p:1'])).toBe('http://p:1')
  expect(wayOf('http://localhost/', ['socks5://bastion:1080'])).toBe('socks5h://bastion:1080')
})

const ENV = {
  HTTP_PROXY: 'http://plain:1',
  https_proxy: 'tls:2',
  HTTPS_PROXY: 'http://not-this:9',
  NO_PROXY: 'internal.example, .dot.example,10.0.0.0/8,host.example:8080,[fd00::1],192.0.2.7',
}

test.each([
  ['http://a.example/', 'http://plain:1'],
  ['https://a.example/', 'http://tls:2'],
  ['http://internal.example/', 'direct'],
  ['http://a.internal.example/', 'direct'],
  ['http://notinternal.example/', 'http://plain:1'],
  ['http://dot.example/', 'direct'],
  ['https://a.dot.example/', 'direct'],
  ['http://10.2.3.4/', 'direct'],
  ['http://host.example/', 'http://plain:1'],
  ['http://host.example:8080/', 'direct'],
  ['http://[fd00::1]/', 'direct'],
  ['http://192.0.2.7/', 'direct'],
])('by the environment %s goes %s', (url, expected) => {
  expect(wayOf(url, ['env'], ENV)).toBe(expected)
})

test('the environment is used only where that is said', () => {
  expect(wayOf('http://a.example/', [], ENV)).toBe('direct')
  expect(wayOf('http://a.example/', ['env'], { ALL_PROXY: 'socks5h://b:1' })).toBe('socks5h://b:1')
  expect(wayOf('http://a.example/', ['env'], { ...ENV, NO_PROXY: '*' })).toBe('direct')
  expect(wayOf('https://x.example/', ['env', 'x.example=http://mine:3'], ENV)).toBe('http://mine:3')
})

test('a variable of our own stands for the flag, and the flag goes before it', () => {
  const env = { IAM_AUTH_UPSTREAM_PROXY: 'http://me:secret@p:1 *.x.example=direct' }
  expect(wayOf('http://a.example/', [], env)).toBe('http://p:1')
  expect(wayOf('http://a.x.example/', [], env)).toBe('direct')
  expect(wayOf('http://a.example/', ['http://q:2'], env)).toBe('http://q:2')
})

test('a file has a route a line, with comments', () => {
  const readFile = () => '# ours\nhttp://me:pa=s%20s@p:1\n\n*.x.example=direct\n'
  const routes = readRoutes({ flags: { upstreamProxyFile: 'f' }, env: {}, readFile, bind })
  expect(routes.map(({ hosts }) => hosts.text)).toEqual(['*', '*.x.example'])
  expect(routes[0]?.via?.password?.reveal()).toBe('pa=s s')
})

test.each([
  ['http://p', { kind: 'http', host: 'p', port: 80 }],
  ['https://p', { kind: 'https', host: 'p', port: 443 }],
  ['p:3128', { kind: 'http', host: 'p', port: 3128 }],
  ['http://[2001:db8::1]:3128/', { kind: 'http', host: '2001:db8::1', port: 3128 }],
  ['socks5://b', { kind: 'socks', host: 'b', port: 1080 }],
  [
    'http://me:p%C3%BC@bücher.example:81',
    { kind: 'http', host: 'xn--bcher-kva.example', port: 81, user: 'me', password: expect.anything() },
  ],
  ['http://P.Example:80', { kind: 'http', host: 'p.example', port: 80 }],
])('%s is read', (text, expected) => {
  expect(parseHop(text)).toEqual(expected)
})

test.each([
  ['ftp://p:1'],
  ['http://p:1/path'],
  ['http://p:99999'],
  ['http://me:secret@ⓟ.example:1'],
  ['ⓟ.example=direct'],
  ['http://'],
  ['http://:secret@p:1'],
  ['http://me:sec%ret@p:1'],
  [`socks5h://me:${'secret'.repeat(50)}@b:1`],
  ['a b=http://p:1'],
  ['*.*.example=http://me:secret@p:1'],
  ['*.10.0.0.1=direct'],
  ['10.0.0.0/33=direct'],
  ['host/8=direct'],
  ['x.example=http://p:1', 'x.example=direct'],
  ['env'],
  ['http://127.0.0.1:8080'],
  ['x.example=http://localhost:8080'],
])('%j is refused, and no password is told', (...upstreamProxy) => {
  const flags = { upstreamProxy }
  const run = () => readRoutes({ flags, env: {}, readFile: () => '', bind })
  expect(run).toThrow(TypeError)
  expect(run).not.toThrow(/secret|sec%ret/)
})

test('a bad value in the environment is named by its variable, and not shown', () => {
  const run = () =>
    readRoutes({
      flags: { upstreamProxy: ['env'] },
      env: { HTTP_PROXY: 'ftp://me:secret@p' },
      readFile: () => '',
      bind,
    })
  expect(run).toThrow(/^HTTP_PROXY: write it as http/)
  expect(run).not.toThrow(/secret/)
})

test('one proxy for everything beside --socks-proxy is a question', () => {
  const read = (text: string) => () =>
    readRoutes({ flags: { upstreamProxy: [text], socksProxy: 'b:1' }, env: {}, readFile: () => '', bind })
  expect(read('http://p:1')).toThrow(/--socks-proxy is for everything, too/)
  expect(read('*.x.example=http://p:1')()).toHaveLength(1)
})

test('patterns are shown as they are compared', () => {
  const shown = ['.A.example', 'B.example:80', '[2001:DB8::1]:8', '2001:db8::1'].map(
    (text) => parseHostPattern(text).text,
  )
  expect(shown).toEqual(['*.a.example', 'b.example:80', '[2001:db8::1]:8', '[2001:db8::1]'])
})
