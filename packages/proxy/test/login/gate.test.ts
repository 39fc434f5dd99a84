import { describe, expect, it } from 'vitest'
import { isNavigation, mayBeFramed, mayLogIn } from '../../src/login/gate.js'

const HTTPS = 'https://wiki.example.com'
const HTTP = 'http://wiki.example.com'
const BROWSER = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64)' }

interface Case {
  readonly name: string
  readonly origin?: string
  readonly method?: string
  readonly headers: Record<string, string>
}

const PAGE_LOAD = { ...BROWSER, 'Upgrade-Insecure-Requests': '1', Accept: 'text/html,application/xhtml+xml' }
const metadata = (site: string, mode: string, dest: string) => ({
  ...BROWSER,
  'Sec-Fetch-Site': site,
  'Sec-Fetch-Mode': mode,
  'Sec-Fetch-Dest': dest,
})

const LET_IN: Case[] = [
  { name: 'a page load over https, typed', headers: metadata('none', 'navigate', 'document') },
  { name: 'a page load over https, from a link elsewhere', headers: metadata('cross-site', 'navigate', 'document') },
  { name: 'a HEAD of a page', method: 'HEAD', headers: metadata('none', 'navigate', 'document') },
  { name: 'a page load over plain http', origin: HTTP, headers: PAGE_LOAD },
  { name: 'fetch of the same origin', headers: { ...metadata('same-origin', 'cors', 'empty'), Origin: HTTPS } },
  { name: 'fetch of the same origin without Origin', headers: metadata('same-origin', 'cors', 'empty') },
  {
    name: 'PUT of the same origin',
    method: 'PUT',
    headers: { ...metadata('same-origin', 'cors', 'empty'), Origin: HTTPS },
  },
  { name: 'a form of the same origin over http', origin: HTTP, method: 'POST', headers: { ...BROWSER, Origin: HTTP } },
  { name: 'XHR of the same origin over http', origin: HTTP, headers: { ...BROWSER, Referer: `${HTTP}/page?a=b` } },
  { name: 'a frame of the same origin', headers: metadata('same-origin', 'navigate', 'iframe') },
  { name: 'curl', origin: HTTP, headers: { 'User-Agent': 'curl/8.5.0', Accept: '*/*' } },
  { name: 'curl -X DELETE', origin: HTTP, method: 'DELETE', headers: { 'User-Agent': 'curl/8.5.0' } },
  { name: 'fetch of Node', origin: HTTP, headers: { 'User-Agent': 'node', 'Sec-Fetch-Mode': 'cors' } },
  { name: 'POST by undici', method: 'POST', headers: { 'User-Agent': 'undici', 'Sec-Fetch-Mode': 'cors' } },
  { name: 'a script without User-Agent', origin: HTTP, method: 'POST', headers: {} },
]

const KEPT_OUT: Case[] = [
  { name: 'an image of another site', headers: metadata('cross-site', 'no-cors', 'image') },
  { name: 'an image of a sibling', headers: metadata('same-site', 'no-cors', 'image') },
  { name: 'a frame in another site', headers: metadata('cross-site', 'navigate', 'iframe') },
  { name: 'an object in another site', headers: metadata('cross-site', 'navigate', 'object') },
  { name: 'an embed in a sibling', headers: metadata('same-site', 'navigate', 'embed') },
  {
    name: 'fetch from another site',
    headers: { ...metadata('cross-site', 'cors', 'empty'), Origin: 'https://evil.example' },
  },
  {
    name: 'a form posted from another site',
    method: 'POST',
    headers: { ...metadata('cross-site', 'navigate', 'document'), Origin: 'https://evil.example' },
  },
  {
    name: 'a form posted from a sandboxed frame',
    method: 'POST',
    headers: { ...BROWSER, Origin: 'null' },
    origin: HTTP,
  },
  { name: 'fetch from another site over http', origin: HTTP, headers: { ...BROWSER, Origin: 'http://evil.example' } },
  {
    name: 'an image of another page over http',
    origin: HTTP,
    headers: { ...BROWSER, Referer: 'http://evil.example/' },
  },
  { name: 'an image without Referer over http', origin: HTTP, headers: BROWSER },
  {
    name: 'a look-alike Referer',
    origin: HTTP,
    headers: { ...BROWSER, Referer: 'http://wiki.example.com.evil.example/' },
  },
  { name: 'a Referer of the other scheme', origin: HTTP, headers: { ...BROWSER, Referer: `${HTTPS}/` } },
  {
    name: 'Origin and Sec-Fetch-Site in contradiction',
    headers: { ...metadata('same-origin', 'cors', 'empty'), Origin: 'https://evil.example' },
  },
  {
    name: 'Sec-Fetch-Site and Origin in contradiction',
    headers: { ...metadata('cross-site', 'cors', 'empty'), Origin: HTTPS },
  },
  {
    name: 'a preflight',
    method: 'OPTIONS',
    headers: { ...BROWSER, Origin: HTTPS, 'Access-Control-Request-Method': 'PUT' },
  },
  { name: 'any OPTIONS', method: 'OPTIONS', origin: HTTP, headers: { 'User-Agent': 'curl/8.5.0' } },
  {
    name: 'a prefetch over http',
    origin: HTTP,
    headers: { ...BROWSER, Accept: 'text/html', 'Sec-Purpose': 'prefetch' },
  },
  {
    name: 'a prefetch over https',
    headers: { ...metadata('none', 'navigate', 'document'), 'Sec-Purpose': 'prefetch;prerender' },
  },
  { name: 'a prefetch of older browsers', origin: HTTP, headers: { ...PAGE_LOAD, Purpose: 'prefetch' } },
  { name: 'a document that is no navigation', headers: metadata('cross-site', 'no-cors', 'document') },
  { name: 'what takes HTML and is no page load', origin: HTTP, headers: { ...BROWSER, Accept: 'text/html' } },
  { name: 'a page load that takes no HTML', origin: HTTP, headers: { ...PAGE_LOAD, Accept: 'image/avif' } },
  {
    name: 'a script with an Origin of another site',
    origin: HTTP,
    headers: { 'User-Agent': 'python', Origin: 'http://evil.example' },
  },
  { name: 'a page load by POST over http without Origin', origin: HTTP, method: 'POST', headers: PAGE_LOAD },
  {
    name: 'a script with a Referer of another site',
    origin: HTTP,
    headers: { 'User-Agent': 'python', Referer: 'http://evil.example/' },
  },
  {
    name: 'what says it is Node, in a browser',
    headers: { ...metadata('cross-site', 'cors', 'empty'), 'User-Agent': 'node' },
  },
  {
    name: 'what says it is Node, with a destination',
    headers: { 'User-Agent': 'node', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' },
  },
  { name: 'what says it is Node, and is no fetch', headers: { 'User-Agent': 'node', 'Sec-Fetch-Mode': 'no-cors' } },
  {
    name: 'fetch of Node for another site',
    headers: { 'User-Agent': 'node', 'Sec-Fetch-Mode': 'cors', Origin: 'https://evil.example' },
  },
  {
    name: 'only Sec-Fetch-Mode, as Chromium sends with preflights',
    origin: HTTP,
    headers: { 'User-Agent': 'x', 'Sec-Fetch-Mode': 'cors' },
  },
]

const request = ({ origin = HTTPS, method = 'GET', headers }: Case) => ({
  origin,
  method,
  requestRawHeaders: Object.entries(headers).flat(),
})

describe('which requests may be logged in', () => {
  it.each(LET_IN)('lets in: $name', (entry) => {
    expect(mayLogIn(request(entry))).toBe(true)
  })

  it.each(KEPT_OUT)('keeps out: $name', (entry) => {
    expect(mayLogIn(request(entry))).toBe(false)
  })

  it('takes a field that stands twice for a contradiction', () => {
    const twice = ['Origin', HTTPS, 'Origin', 'https://evil.example', 'User-Agent', 'Mozilla/5.0']
    expect(mayLogIn({ origin: HTTPS, method: 'POST', requestRawHeaders: twice })).toBe(false)
  })

  it('knows which page loads may be in a frame of another site', () => {
    expect(mayBeFramed(request({ name: '', headers: PAGE_LOAD, origin: HTTP }))).toBe(true)
    expect(mayBeFramed(request({ name: '', headers: metadata('none', 'navigate', 'document') }))).toBe(false)
    expect(mayBeFramed(request({ name: '', headers: { 'User-Agent': 'curl/8.5.0' }, origin: HTTP }))).toBe(false)
  })

  it('shows pages to people only', () => {
    expect(isNavigation(request({ name: '', headers: PAGE_LOAD, origin: HTTP }))).toBe(true)
    expect(isNavigation(request({ name: '', headers: metadata('same-origin', 'navigate', 'iframe') }))).toBe(false)
    expect(
      isNavigation(request({ name: '', headers: { 'User-Agent': 'curl/8.5.0', Accept: '*/*' }, origin: HTTP })),
    ).toBe(false)
  })
})
