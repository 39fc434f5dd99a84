import http from 'node:http'
import { beforeAll, describe, expect, test } from 'vitest'
import { send } from '../../packages/server-middleware/test/support/http.js'
import { chromiumPath } from '../support/browser.js'
import { thisFile } from '../support/cleanup.js'
import { isMissing } from '../support/programs.js'
import { redeemToken, takeToken } from './attempts.js'
import { hostOf } from './hostile-site.js'
import { startVictim, type Victim } from './victim.js'

/** A link to a service that is trusted leads, through its login, to a site that is not. */

const forFile = thisFile()
const ORIGIN = 'https://wiki.example.test'
const TOKEN = Buffer.alloc(300, 1).toString('base64')
let victim: Victim

/** What is asked for as `return_url`, before it is percent-encoded. */
const ELSEWHERE = [
  '//evil.test',
  '///evil.test',
  '////evil.test',
  '/\\evil.test',
  '\\/evil.test',
  '\\\\evil.test',
  '/\\/evil.test',
  '/\t/evil.test',
  '\t//evil.test',
  '/\n/evil.test',
  '/\r/evil.test',
  ' //evil.test',
  '\u00a0//evil.test',
  '\u0000//evil.test',
  '//evil.test%2f..',
  'https:evil.test',
  'https:/evil.test',
  'https://evil.test',
  'HTTPS://evil.test',
  'https:\\\\evil.test',
  'http://evil.test',
  'https://wiki.example.test@evil.test',
  'https://wiki.example.test.evil.test',
  'https://wiki.example.test:443@evil.test/',
  '//wiki.example.test@evil.test',
  '@evil.test',
  '.evil.test',
  ':80@evil.test',
  '//user:pass@wiki.example.test/',
  '//wiki.example.test:8443/',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\tscript:alert(1)',
  'data:text/html,x',
  'blob:https://evil.test/x',
  'view-source:https://evil.test',
  '/.//evil.test',
  '/..//evil.test',
  '/./..//evil.test',
  '/%2e//evil.test',
  '/%2E%2e//evil.test',
  '/a/%2e%2e//evil.test',
  '/a/..//evil.test',
  '/a/../..//evil.test',
  '/.\\evil.test',
  '/..\\\\evil.test',
  '\uff0f\uff0fevil.test',
  '/\uff0fevil.test',
  '/\u2044evil.test',
  '\u3002evil.test',
  '//evil\u3002test',
  '//\u24d4vil.test',
  '?//evil.test',
  '#//evil.test',
  '',
  'evil.test',
  `/${'a'.repeat(2048)}`,
] as const

/** Where a login would begin again, for ever. */
const LOOPS = [
  '/auth',
  '/./auth',
  '/x/../auth',
  '/%61uth',
  '/%2561uth/../auth',
  '/auth?token=x',
  '/auth#x',
  '/a\u0075th',
]

/** Of this site, however it looks. */
const HERE: [asked: string, path: string][] = [
  ['/a//evil.test', '/a//evil.test'],
  ['/a?b=//evil.test', '/a?b=//evil.test'],
  ['/%2f%2fevil.test', '/%2f%2fevil.test'],
  ['/%5cevil.test', '/%5cevil.test'],
  ['/%09/evil.test', '/%09/evil.test'],
  ['/;//evil.test', '/;//evil.test'],
  ['/@evil.test', '/@evil.test'],
  ['/:80@evil.test', '/:80@evil.test'],
  ['/x%0d%0aSet-Cookie:a=b', '/x%0d%0aSet-Cookie:a=b'],
  ['/x%0d%0a%0d%0a<script>alert(1)</script>', '/x%0d%0a%0d%0a%3Cscript%3Ealert(1)%3C/script%3E'],
  ['/x?return_url=//evil.test&__iam=1', '/x?return_url=//evil.test'],
  ['/caf%E9', '/caf%E9'],
]

describe.skipIf(isMissing(chromiumPath, 'Chromium'))('a trusted service', () => {
  beforeAll(async () => {
    victim = await startVictim(forFile)
  })

  describe('the way back of version 1', () => {
    const start = () => victim.serviceAt(ORIGIN, { protocols: [1, 2] })

    test('of a link ends in Chromium on the site it began on, whatever it says', async () => {
      const service = await start()
      await victim.pageAt('https://evil.test')
      await victim.pageAt('http://evil.test')
      const page = await victim.open()
      const origins = new Set<string>()
      page.on('request', (request) => origins.add(new URL(request.url()).origin))
      for (const asked of [...ELSEWHERE, ...LOOPS]) {
        const query = `return_url=${encodeURIComponent(asked)}&token=${encodeURIComponent(TOKEN)}`
        const answer = await page.goto(`${ORIGIN}/auth?${query}`)
        expect([asked, answer?.status(), page.url()]).toEqual([asked, 401, `${ORIGIN}/?__iam=1`])
        await page.context().clearCookies()
      }
      expect([...origins]).toEqual([ORIGIN])
      expect(service.seen).toEqual([])
    }, 90_000)

    test('encoded in ways that no browser writes, or given otherwise, is the root or malformed', async () => {
      const service = await start()
      const raw = [
        '%2F%2Fevil.test',
        '/%2Fevil.test',
        '/%5Cevil.test',
        '%2f%09%2fevil.test',
        '+//evil.test',
        '%',
        '%2',
        '%zz',
        '/%00',
        '%EF%BC%8F%EF%BC%8Fevil.test',
        '//evil.test%00',
      ]
      for (const value of raw) {
        const target = `${service.url}/auth?return_url=${value}&token=${encodeURIComponent(TOKEN)}`
        const { status, headers } = await send(target, { headers: hostOf(ORIGIN) })
        expect([value, status, headers.location]).toEqual([value, 303, `${ORIGIN}/?__iam=1`])
      }
      const twice = [
        'return_url=/&return_url=//evil.test',
        'return_url=//evil.test&return_url=/',
        'return_url=/&return%5Furl=//evil.test',
      ]
      for (const query of twice) {
        const target = `${service.url}/auth?${query}&token=${encodeURIComponent(TOKEN)}`
        expect(await send(target, { headers: hostOf(ORIGIN) })).toMatchObject({ status: 400 })
      }
      for (const query of [
        'return_url[]=//evil.test',
        'return_url[x]=//evil.test',
        'Return_Url=//evil.test',
        'next=//evil.test',
        '',
      ]) {
        const target = `${service.url}/auth?${query}&token=${encodeURIComponent(TOKEN)}`
        const { status, headers } = await send(target, { headers: hostOf(ORIGIN) })
        expect([query, status, headers.location]).toEqual([query, 303, `${ORIGIN}/?__iam=1`])
      }
    })

    test('of a login that succeeds is the same, and what is of this site stays as it was', async () => {
      const service = await start()
      const ways: (readonly [asked: string, path: string])[] = [
        ...HERE,
        ...ELSEWHERE.slice(0, 12).map((asked) => [asked, '/'] as const),
      ]
      for (const [asked, path] of ways) {
        const token = await takeToken(service, victim.aws.issueSession({ user: 'alice' }), ORIGIN)
        const answer = await redeemToken(service, token, ORIGIN, asked)
        expect([asked, answer.status, answer.headers.location]).toEqual([asked, 303, ORIGIN + path])
        expect(answer.setCookies.filter((line) => !line.startsWith('__Host-iam_auth'))).toEqual([])
      }
    })

    test('is no other host’s for the sake of a header', async () => {
      const service = await start()
      const target = `${service.url}/auth?return_url=/x&token=${encodeURIComponent(TOKEN)}`
      const forwarded = {
        'x-forwarded-host': 'evil.test',
        'x-forwarded-proto': 'http',
        'x-original-url': '//evil.test',
        'x-rewrite-url': '//evil.test',
      }
      const answer = await send(target, { headers: { ...hostOf(ORIGIN), ...forwarded } })
      expect([answer.status, answer.headers.location]).toEqual([303, `${ORIGIN}/x?__iam=1`])
      const misdirected = await send(target, { headers: { host: 'evil.test' } })
      expect([misdirected.status, misdirected.headers.location]).toEqual([421, undefined])
    })
  })

  describe('a path that looks like a site, through the proxy,', () => {
    const PATHS = [
      '//evil.test/x',
      '///evil.test/x',
      '/.//evil.test/x',
      '/%2f%2fevil.test/x',
      '/\\evil.test/x',
      '/%5cevil.test/x',
      '/a/..//evil.test/x',
    ]

    test.each(['GET', 'POST'])('leads nowhere else: %s', async (method) => {
      const origin = `http://${method.toLowerCase()}.example.test` // no connection is left from another test
      await victim.serviceAt(origin)
      for (const path of PATHS) {
        const body = method === 'POST' ? 'x'.repeat(2 << 20) : undefined
        const answer = await throughProxy(method, origin + path, body)
        const { location = origin } = answer.headers
        expect([path, new URL(location, origin).origin, answer.status < 500]).toEqual([path, origin, true])
      }
    })

    test('nor in Chromium, for a form too large to be kept, which the browser is sent to post again', async () => {
      const origin = 'http://form.example.test'
      const service = await victim.serviceAt(origin)
      await victim.pageAt('http://evil.test')
      const page = await victim.open()
      const origins = new Set<string>()
      page.on('request', (request) => origins.add(new URL(request.url()).origin))
      for (const path of ['//evil.test/x', '/.//evil.test/x']) {
        await page.goto(`${origin}/public`)
        await page.setInputFiles('input[type=file]', {
          name: 'x',
          mimeType: 'text/plain',
          buffer: Buffer.alloc(2 << 20, 'x'),
        })
        await Promise.all([
          page.waitForURL(`${origin}//evil.test/x`),
          page.evaluate(
            `const { multipart } = document.forms; multipart.action = '${origin}${path}'; setTimeout(() => multipart.submit())`,
          ),
        ])
        await page.context().clearCookies()
      }
      expect([...origins]).toEqual([origin])
      expect(service.arrived.filter((line) => line.startsWith('POST //evil.test/x')).length).toBeGreaterThan(0)
    })
  })
})

/** A request in absolute form, as a client without a browser makes it. */
function throughProxy(method: string, url: string, body: string | undefined) {
  return new Promise<{ status: number; headers: Record<string, string | undefined> }>((resolve, reject) => {
    const outgoing = http.request({
      port: victim.proxy.port,
      host: '127.0.0.1',
      method,
      path: url,
      headers: hostOf(url),
      agent: false,
    })
    outgoing.on('response', (answer) => {
      answer.resume().on('error', () => undefined)
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers as Record<string, string | undefined> })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
