import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { formatProxyPac } from '../../src/own/proxy-pac.js'

const TRUSTED = [
  'http://wiki.example.com',
  'https://api.example.com:8443',
  'http://127.0.0.1:8000',
  'http://localhost:8000',
  'http://[::1]:8000',
  'http://intranet',
  'https://xn--bcher-kva.example',
  'https://*.corp.example.com',
  'http://*.dev.example.com:8080',
]
const PROXY = 'PROXY 127.0.0.1:8080'

/** What browsers give a PAC file. */
const HELPERS = {
  isPlainHostName: (host: string) => !host.includes('.'),
  dnsDomainIs: (host: string, domain: string) => host.endsWith(domain),
  shExpMatch: () => false,
  isInNet: () => false,
  dnsResolve: () => null,
  myIpAddress: () => '127.0.0.1',
}

function find(url: string, trusted = TRUSTED, proxy = { host: '127.0.0.1', port: 8080 }): unknown {
  const host = new URL(url).hostname
  const call = `FindProxyForURL(${JSON.stringify(url)}, ${JSON.stringify(host)})`
  return runInNewContext(`${formatProxyPac(trusted, proxy)};${call}`, { ...HELPERS })
}

test.each([
  'http://wiki.example.com/',
  'https://wiki.example.com/',
  'ws://wiki.example.com/live',
  'http://WIKI.example.com/a?b#c',
  'http://wiki.example.com?https://evil.example',
  'http://user:pass@wiki.example.com/',
  'https://api.example.com:8443/',
  'http://127.0.0.1:8000/',
  'http://localhost:8000/x',
  'http://[::1]:8000/',
  'http://intranet/',
  'https://xn--bcher-kva.example/',
  'https://XN--BCHER-KVA.example/',
  'https://a.corp.example.com/',
  'http://a.b.corp.example.com/',
  'http://x.dev.example.com:8080/',
])('%s goes through the proxy, and nowhere else', (url) => {
  expect(find(url)).toBe(PROXY)
})

test.each([
  'http://example.com/',
  'http://wiki.example.com:8080/',
  'http://wiki.example.com.evil.example/',
  'http://evil.example/?http://wiki.example.com/',
  'http://evil.example/@wiki.example.com/',
  'http://wiki.example.com@evil.example/',
  'https://api.example.com/',
  'http://127.0.0.1:3000/',
  'https://xn--bchr-0ra660c.example/',
  'https://corp.example.com/',
  'https://evilcorp.example.com/',
  'https://a.corp.example.com:444/',
  'http://x.dev.example.com/',
])('%s goes directly', (url) => {
  expect(find(url)).toBe('DIRECT')
})

test('nothing trusted: everything goes directly', () => {
  expect(find('http://wiki.example.com/', [])).toBe('DIRECT')
})

test('a proxy at an IPv6 address is written with brackets', () => {
  expect(find('http://intranet/', TRUSTED, { host: '::1', port: 8080 })).toBe('PROXY [::1]:8080')
})

test('a name that were code is text', () => {
  const evil = 'http://"];throw 1;//\u2028</script>'
  const text = formatProxyPac([evil], { host: '127.0.0.1', port: 1 })
  expect(text).not.toMatch(/[^\n\x20-\x7e]|<\/script/)
  expect(runInNewContext(`${text};HOSTS[0]`)).toBe(evil.slice('http://'.length))
})

test('the language is that of 1999', () => {
  const text = formatProxyPac(TRUSTED, { host: '127.0.0.1', port: 8080 })
  expect(text).not.toMatch(/\b(?:let|const|class|async)\b|=>|`|\.(?:includes|endsWith|indexOf|startsWith|forEach)\(/)
})
