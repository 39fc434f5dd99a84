import { once } from 'node:events'
import http from 'node:http'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import type { Browser } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NOTHING, ONE_LOGIN, tally } from '../support/aws-tally.js'
import { chromiumPath, newVisitor, shown, startBrowser, type Visitor } from '../support/browser.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { type Certificate, certutilPath, installAuthority, makeCertificate, startTlsFront } from '../support/https.js'
import { isMissing } from '../support/programs.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { type ServiceOptions, startService, type TestService } from '../support/service.js'
import { type SocksServer, startSocksServer } from '../support/socks-server.js'
import { until } from '../support/until.js'

const forFile = thisFile()
const TWO_LOGINS = { Decrypt: 2, Encrypt: 2, GetCallerIdentity: 2 }
let aws: LocalAws
let socks: SocksServer
let proxy: TestProxy
let browser: Browser

const framed: [name: string, script: (origin: string) => string][] = [
  [
    'a frame',
    (origin) =>
      `const f = document.createElement('iframe'); f.onload = done; f.src = '${origin}/echo?a-frame'; document.body.append(f)`,
  ],
  [
    'an object',
    (origin) =>
      `const o = document.createElement('object'); o.onload = o.onerror = done; o.data = '${origin}/echo?an-object'; document.body.append(o)`,
  ],
]

/** The names of a session's cookies: over TLS they are bound to the host by the browser itself. */
const cookiesAt = (origin: string) =>
  ['iam_auth', 'iam_auth.sig'].map((name) => (origin.startsWith('https:') ? `__Host-${name}` : name))

/** Where browsers send Sec-Fetch-* and where they do not. */
const places = ['http://127.0.0.1', 'http://wiki.example.test', 'https://wiki.example.test'] as const
let sites = 0
let certificate: Certificate

/** A service at a name of its own, reached through the SOCKS server, or at its port of loopback. */
async function serviceAt(place: string, options: ServiceOptions = {}): Promise<TestService & { origin: string }> {
  if (place === 'http://127.0.0.1') {
    const service = await startService(aws, thisTest, options)
    return { ...service, origin: service.url }
  }
  sites += 1
  const origin = place.replace('//', `//s${sites}.`)
  const service = await startService(aws, thisTest, { ...options, origin })
  const { protocol, hostname } = new URL(origin)
  if (protocol === 'http:') socks.map(`${hostname}:80`, service.port)
  else socks.map(`${hostname}:443`, (await startTlsFront(() => service.port, certificate, thisTest)).port)
  return { ...service, origin }
}

/** What the service says to these cookies, asked without any proxy (fetch would not say another Host). */
async function statusWith(cookie: string, url: string, origin: string): Promise<number | undefined> {
  const [answer] = await once(http.get(url, { headers: { cookie, host: new URL(origin).host } }), 'response')
  answer.resume()
  return answer.statusCode
}

const visitor = (): Promise<Visitor> => newVisitor(browser, thisTest)
const echo = (text: string | null) =>
  JSON.parse(text ?? '') as { method: string; text: string; arn: string; size: number }

const isHere = !isMissing(chromiumPath, 'Chromium') && !isMissing(certutilPath, 'certutil (libnss3-tools)')

describe.runIf(isHere)('Chromium through the proxy', () => {
  beforeAll(async () => {
    aws = await startLocalAws()
    forFile(aws.close)
    socks = await startSocksServer(forFile)
    certificate = await makeCertificate(['*.wiki.example.test'], forFile)
    const { configFolder, home } = await installAuthority(['example.test'], forFile)
    const trusted = ['--trust', `https://*.example.test,key-account=${aws.state.account().id}`]
    const reached = ['--allow-loopback', '--socks-proxy', `127.0.0.1:${socks.port}`, '--upstream-ca', certificate.path]
    proxy = await startProxy(aws, forFile, { args: [...reached, ...trusted, '--config-dir', configFolder] })
    browser = await startBrowser(proxy, forFile, home)
    const first = await startService(aws, forFile)
    const { open } = await newVisitor(browser, forFile)
    expect((await (await open()).goto(first.url))?.status()).toBe(200)
  })
  beforeEach(() => aws.resetCalls())

  describe.each(places)('at %s', (place) => {
    test('opens a page as the person, with one login and nothing secret in any URL', async () => {
      const { origin, seen } = await serviceAt(place)
      const { open, urls, context } = await visitor()
      const page = await open()
      const answer = await page.goto(`${origin}/page`)
      expect(answer?.status()).toBe(200)
      expect(await page.textContent('h1')).toBe(aws.state.user('alice').arn)
      await page.reload()
      await page.goto(`${origin}/`)
      expect(seen).toEqual(['GET /page', 'GET /page', 'GET /'])
      expect(tally(aws)).toEqual(ONE_LOGIN)
      expect(urls).toEqual([`${origin}/page`, `${origin}/page`, `${origin}/`])
      const names = (await context.cookies()).map(({ name }) => name)
      expect(names.toSorted()).toEqual(cookiesAt(origin))
    })

    test('a public page fetches an API before there is a session', async () => {
      const { origin } = await serviceAt(place)
      const page = await (await visitor()).open()
      await page.goto(`${origin}/public`)
      expect(tally(aws)).toEqual(NOTHING)
      await page.evaluate('callApi()')
      expect(await shown(page)).toBe(JSON.stringify({ arn: aws.state.user('alice').arn }))
      expect(tally(aws)).toEqual(ONE_LOGIN)
    })

    test.each([
      ['urlencoded', 'note=%C3%A9+%26+more'],
      ['multipart', 'Content-Disposition: form-data; name="file"; filename="page.bin"'],
    ])('a form posted as %s without a session arrives whole', async (form, part) => {
      const { origin, seen } = await serviceAt(place)
      const page = await (await visitor()).open()
      await page.goto(`${origin}/public`)
      if (form === 'multipart') {
        await page.setInputFiles('input[type=file]', {
          name: 'page.bin',
          mimeType: 'application/octet-stream',
          buffer: Buffer.alloc(200_000, 'x'),
        })
      }
      await Promise.all([page.waitForURL(`${origin}/echo`), page.evaluate(`document.forms.${form}.submit()`)])
      const received = echo(await page.textContent('body'))
      expect(received).toMatchObject({ method: 'POST', arn: aws.state.user('alice').arn })
      expect(received.text).toContain(part)
      if (form === 'multipart') expect(received.size).toBeGreaterThan(200_000)
      expect(seen).toEqual(['GET /public', 'POST /echo'])
      expect(tally(aws)).toEqual(ONE_LOGIN)
    })

    test('a form and a fetch too large to be kept are sent again by the browser, whole', async () => {
      const { origin, seen } = await serviceAt(place)
      const { open, context } = await visitor()
      const page = await open()
      await page.goto(`${origin}/public`)
      const buffer = Buffer.alloc(2 * 1024 * 1024, 'x')
      await page.setInputFiles('input[type=file]', { name: 'large', mimeType: 'application/octet-stream', buffer })
      await Promise.all([page.waitForURL(`${origin}/echo`), page.evaluate('document.forms.multipart.submit()')])
      expect(echo(await page.textContent('body')).size).toBeGreaterThan(buffer.length)
      await context.clearCookies()
      await page.goto(`${origin}/public`)
      await page.evaluate(`callApi('/echo?put', { method: 'PUT', body: 'x'.repeat(2 << 20) })`)
      expect(echo(await shown(page))).toMatchObject({ method: 'PUT', size: 2 << 20 })
      expect(seen).toEqual(['GET /public', 'POST /echo', 'GET /public', 'PUT /echo?put'])
    })

    test('a page that comes back after its session has ended logs in once for all its requests', async () => {
      const { origin, clock } = await serviceAt(place, { sessionSeconds: 60 })
      const page = await (await visitor()).open()
      await page.goto(`${origin}/page`)
      clock.advance(61)
      const asked = `Promise.all(Array.from({ length: 20 }, () => fetch('/api/me').then((answer) => answer.status)))`
      expect(new Set(await page.evaluate<number[]>(asked))).toEqual(new Set([200]))
      expect(tally(aws)).toEqual(TWO_LOGINS)
    })

    test('two tabs opened at once make one login', async () => {
      const { origin } = await serviceAt(place)
      const { open } = await visitor()
      const pages = await Promise.all([open(), open()])
      const answers = await Promise.all(pages.map((page) => page.goto(`${origin}/page`)))
      expect(answers.map((answer) => answer?.status())).toEqual([200, 200])
      expect(tally(aws)).toEqual(ONE_LOGIN)
    })

    test('a session that expires is replaced under a fetch, and under the post of a form', async () => {
      const { origin, clock, seen } = await serviceAt(place, { sessionSeconds: 60 })
      const page = await (await visitor()).open()
      await page.goto(`${origin}/page`)
      clock.advance(61)
      await page.evaluate(`callApi('/echo', { method: 'POST', body: 'kept' })`)
      expect(echo(await shown(page))).toMatchObject({ method: 'POST', text: 'kept' })
      expect(tally(aws)).toEqual(TWO_LOGINS)
      clock.advance(61)
      await Promise.all([page.waitForURL(`${origin}/echo`), page.evaluate('document.forms.urlencoded.submit()')])
      expect(echo(await page.textContent('body'))).toMatchObject({ method: 'POST', text: 'note=%C3%A9+%26+more' })
      expect(seen).toEqual(['GET /page', 'POST /echo', 'POST /echo'])
      expect(tally(aws)).toEqual({ Decrypt: 3, Encrypt: 3, GetCallerIdentity: 3 })
    })

    test('logging out ends the session at the service, and the next page signs in again', async () => {
      const { origin, url, log } = await serviceAt(place)
      const { open, context } = await visitor()
      const page = await open()
      await page.goto(`${origin}/page`)
      const stolen = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
      await Promise.all([page.waitForURL(`${origin}/auth/logout`), page.evaluate('document.forms.logout.submit()')])
      expect(await page.textContent('h1')).toBe('Signed out')
      expect(log.map(({ message }) => message)).toContain('logout')
      expect(await context.cookies()).toEqual([])
      expect(await statusWith(stolen, `${url}/`, origin)).toBe(401)
      expect((await page.goto(`${origin}/page`))?.status()).toBe(200)
      expect(tally(aws)).toEqual(TWO_LOGINS)
    })

    test('a WebSocket of a page with a session connects, through the CONNECT that browsers use', async () => {
      const { origin } = await serviceAt(place)
      const page = await (await visitor()).open()
      await page.goto(`${origin}/page`)
      await page.evaluate('openWebSocket()')
      expect(await shown(page)).toBe(`hello ${aws.state.user('alice').arn}`)
      expect(tally(aws)).toEqual(ONE_LOGIN)
    })

    test('a WebSocket of a page without a session is logged in, where its tunnel is one we look into', async () => {
      const { origin } = await serviceAt(place)
      const page = await (await visitor()).open()
      await page.goto(`${origin}/public`)
      await page.evaluate('openWebSocket()')
      const isRead = place !== 'http://127.0.0.1'
      expect(await shown(page)).toBe(isRead ? `hello ${aws.state.user('alice').arn}` : 'failed')
      expect(tally(aws)).toEqual(isRead ? ONE_LOGIN : NOTHING)
    })

    test('a service with its own cookies keeps them through the login', async () => {
      const { origin } = await serviceAt(place)
      const { open, context } = await visitor()
      await context.addCookies([{ name: 'theme', value: 'dark', url: origin }])
      const page = await open()
      await page.goto(`${origin}/echo`)
      const { headers } = echo(await page.textContent('body')) as unknown as { headers: { cookie: string } }
      const [session, signature] = cookiesAt(origin)
      expect(headers.cookie).toMatch(new RegExp(`^theme=dark; ${session}=\\S+; ${signature}=\\S+$`))
    })
  })

  describe.each(places)('a page of another origin, with its target at %s,', (place) => {
    // A frame or object of a plain-http name looks like a page that is opened: see below.
    const isPlain = place === 'http://wiki.example.test'
    const attacks: [name: string, script: (origin: string) => string][] = [
      [
        'an image',
        (origin) =>
          `const i = new Image(); i.onerror = done; i.src = '${origin}/echo?an-image'; document.body.append(i)`,
      ],
      [
        'a script',
        (origin) =>
          `const s = document.createElement('script'); s.onerror = done; s.src = '${origin}/echo?a-script'; document.body.append(s)`,
      ],
      [
        'a stylesheet',
        (origin) =>
          `const l = document.createElement('link'); l.rel = 'stylesheet'; l.onerror = done; l.href = '${origin}/echo?a-stylesheet'; document.head.append(l)`,
      ],
      ['a fetch', (origin) => `fetch('${origin}/echo?a-fetch', { credentials: 'include' }).then(done, done)`],
      [
        'an opaque fetch',
        (origin) =>
          `fetch('${origin}/echo?an-opaque-fetch', { mode: 'no-cors', credentials: 'include' }).then(done, done)`,
      ],
      [
        'a POST',
        (origin) =>
          `fetch('${origin}/echo?a-post', { method: 'POST', body: 'x', mode: 'no-cors', credentials: 'include' }).then(done, done)`,
      ],
      [
        'an event stream',
        (origin) => `new EventSource('${origin}/echo?an-event-stream', { withCredentials: true }).onerror = done`,
      ],
      ...(isPlain ? [] : framed),
    ]
    test('cannot log in by anything it loads', async () => {
      const { origin, seen, arrived } = await serviceAt(place)
      const evil = await serviceAt('http://evil.test')
      const page = await (await visitor()).open()
      await page.goto(`${evil.origin}/public`)
      for (const [name, script] of attacks) {
        await page.evaluate(`new Promise((resolve) => { const done = () => resolve(); ${script(origin)} })`)
        expect(arrived.join('\n'), name).toContain(`/echo?${name.toLowerCase().replaceAll(' ', '-')}`)
        expect(seen, name).toEqual([])
      }
      expect(tally(aws)).toEqual(NOTHING)
    })

    test('cannot log in by posting a form, but a link at the top level does', async () => {
      const { origin, seen } = await serviceAt(place)
      const evil = await serviceAt('http://evil.test')
      const page = await (await visitor()).open()
      await page.goto(`${evil.origin}/public`)
      await Promise.all([
        page.waitForURL(`${origin}/echo`),
        page.evaluate(`document.forms.urlencoded.action = '${origin}/echo'; document.forms.urlencoded.submit()`),
      ])
      expect(await page.textContent('h1')).toBe('Sign in with AWS')
      expect(seen).toEqual([])
      expect(tally(aws)).toEqual(NOTHING)
      await page.goto(`${evil.origin}/public`)
      await Promise.all([
        page.waitForURL(`${origin}/page`),
        page.evaluate(
          `const a = document.createElement('a'); a.href = '${origin}/page'; document.body.append(a); a.click()`,
        ),
      ])
      expect(await page.textContent('h1')).toBe(aws.state.user('alice').arn)
      expect(tally(aws)).toEqual(ONE_LOGIN)
    })
  })

  test.each(framed)(
    '%s of a plain-http name is let in like a page that is opened, but shows nothing, and the browser keeps no session',
    async (_name, script) => {
      const { origin } = await serviceAt('http://wiki.example.test')
      const evil = await serviceAt('http://evil.test')
      const { open, context } = await visitor()
      const page = await open()
      await page.goto(`${evil.origin}/public`)
      await page.evaluate(`new Promise((resolve) => { const done = () => resolve(); ${script(origin)} })`)
      expect(tally(aws)).toEqual(ONE_LOGIN)
      expect(await context.cookies(origin)).toEqual([])
      const framesShow = await Promise.all(page.frames().map((frame) => frame.content()))
      expect(framesShow.join()).not.toContain('arn:')
    },
  )

  test('a CORS preflight reaches the application, which decides', async () => {
    const { origin, seen } = await serviceAt('http://wiki.example.test')
    const other = await serviceAt('http://other.example.test')
    const page = await (await visitor()).open()
    await page.goto(`${other.origin}/public`)
    await page.evaluate(`callApi('${origin}/api/me', { headers: { 'x-test': '1' } })`)
    expect(await shown(page)).toBe('failed TypeError')
    expect(seen).toEqual(['OPTIONS /api/me'])
    expect(tally(aws)).toEqual(NOTHING)
  })

  test.each(places.slice(1))(
    'server-sent events of %s reach the page as they are sent, after a login for the stream itself',
    async (place) => {
      const { origin, emit, streams } = await serviceAt(place)
      const page = await (await visitor()).open()
      await page.goto(`${origin}/public`)
      await page.evaluate(`new EventSource('/events').onmessage = (event) => show(event.data)`)
      await until('the stream is open', () => streams() === 1)
      for (const text of ['one', 'two', 'three']) {
        emit(`data: ${text}\n\n`)
        await page.waitForFunction(`document.querySelector('output').textContent === '${text}'`)
      }
      expect(tally(aws)).toEqual(ONE_LOGIN)
    },
  )

  test('two services have a session each, and neither sees the other’s', async () => {
    const wiki = await serviceAt('http://wiki.example.test')
    const board = await serviceAt('http://board.example.test')
    const { open, context } = await visitor()
    const page = await open()
    await page.goto(`${wiki.origin}/page`)
    await page.goto(`${board.origin}/page`)
    expect(tally(aws)).toEqual(TWO_LOGINS)
    const [own, foreign] = await Promise.all([context.cookies(wiki.origin), context.cookies(board.origin)])
    expect(own).toHaveLength(2)
    expect(foreign.map(({ value }) => value)).not.toEqual(own.map(({ value }) => value))
    const cookie = foreign.map(({ name, value }) => `${name}=${value}`).join('; ')
    expect(await statusWith(cookie, `${wiki.url}/page`, wiki.origin)).toBe(401)
  })
})
