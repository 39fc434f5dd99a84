import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import type { Browser, Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FIRST_LOGIN, NOTHING, ONE_LOGIN, tally } from '../support/aws-tally.js'
import { openSsh, startBastion } from '../support/bastion.js'
import { chromiumPath, newVisitor, shown, startBrowserWithoutProxy } from '../support/browser.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { type SecureService, startGateway, startSecureService } from '../support/gateway.js'
import { findProgram, isMissing } from '../support/programs.js'
import { cleanEnvironment, keysOf, runProxy } from '../support/proxy.js'
import type { ServiceOptions } from '../support/service.js'
import { makeDirectory } from '../support/temporary-directory.js'

const forFile = thisFile()
let aws: LocalAws
let browser: Browser

/** The page has a redirect and a frame of its own beside what all tests use. */
const routes: NonNullable<ServiceOptions['behind']> = (app) => {
  app.get('/moved', (req, res) => res.redirect(`https://${req.get('host')}/page?moved`))
  app.get('/moved-without-tls', (req, res) => res.redirect(`http://${req.get('host')}/page?moved`))
  app.get('/policy', (_req, res) => {
    res.set('Content-Security-Policy', "default-src https: 'unsafe-inline'; upgrade-insecure-requests")
    res.set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains')
    res.type('html').send('<title>Policy</title><output></output><script src="/script.js"></script>')
  })
  app.get('/script.js', (_req, res) => res.type('js').send('document.querySelector("output").textContent = "it ran"'))
}

/** A service at https, and its address for the browser. Gateway and session are new. */
async function setUp(options: ServiceOptions = {}, args: readonly string[] = []) {
  const service = await startSecureService(aws, thisTest, { behind: routes, ...options })
  const gateway = await startGateway(aws, [`${service.site}=wiki`], thisTest, args)
  aws.resetCalls()
  const { context, open, urls } = await newVisitor(browser, thisTest)
  return { ...service, gateway, here: gateway.originOf(service.site), context, urls, page: await open() }
}

const alice = () => aws.state.user('alice').arn
const echo = (text: string | null) =>
  JSON.parse(text ?? '') as { method: string; text: string; size: number; headers: Record<string, string> }

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
})

describe.skipIf(isMissing(chromiumPath, 'Chromium'))('Chromium at the gateway of an https service', () => {
  beforeAll(async () => {
    browser = await startBrowserWithoutProxy(forFile)
  })
  beforeEach(() => aws.resetCalls())

  test('opens a page as the person, with one login, and keeps the cookies of an https site', async () => {
    const { here, page, seen, arrived, context, urls } = await setUp()
    expect((await page.goto(`${here}/page`))?.status()).toBe(200)
    expect(await page.textContent('h1')).toBe(alice())
    await page.reload()
    expect(seen).toEqual(['GET /page', 'GET /page'])
    expect(arrived).toContain('POST /auth')
    expect(tally(aws)).toEqual(FIRST_LOGIN)
    expect([...new Set(urls)]).toEqual([`${here}/page`])
    const cookies = await context.cookies()
    expect(cookies.map(({ name }) => name).toSorted()).toEqual(['__Host-iam_auth', '__Host-iam_auth.sig'])
    expect(cookies).toEqual(
      cookies.map((cookie) => ({ ...cookie, domain: 'wiki.localhost', secure: true, httpOnly: true })),
    )
  })

  test('a fetch of a public page logs in, and the service sees its own origin', async () => {
    const { here, page, site } = await setUp()
    await page.goto(`${here}/public`)
    expect(tally(aws)).toEqual(NOTHING)
    await page.evaluate(`callApi('/echo', { method: 'POST', body: 'x' })`)
    const { headers, text } = echo(await shown(page))
    expect(text).toBe('x')
    expect(headers).toMatchObject({ host: new URL(site).host, origin: site, referer: `${site}/public` })
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  test.each(['urlencoded', 'multipart'])('a form posted as %s without a session arrives whole', async (form) => {
    const { here, page, seen } = await setUp()
    await page.goto(`${here}/public`)
    const buffer = Buffer.alloc(200_000, 'x')
    if (form === 'multipart') await page.setInputFiles('input[type=file]', { name: 'a', mimeType: 'a/b', buffer })
    await Promise.all([page.waitForURL(`${here}/echo`), page.evaluate(`document.forms.${form}.submit()`)])
    const received = echo(await page.textContent('body'))
    expect(received.method).toBe('POST')
    expect(received.size).toBeGreaterThan(form === 'multipart' ? buffer.length : 10)
    expect(seen).toEqual(['GET /public', 'POST /echo'])
  })

  test('an upload too large to be kept is sent again by the browser, to the gateway', async () => {
    const { here, page, seen } = await setUp()
    await page.goto(`${here}/public`)
    await page.evaluate(`callApi('/echo?put', { method: 'PUT', body: 'x'.repeat(2 << 20) })`)
    expect(echo(await shown(page))).toMatchObject({ method: 'PUT', size: 2 << 20 })
    expect(seen).toEqual(['GET /public', 'PUT /echo?put'])
  })

  test('a WebSocket connects', async () => {
    const { here, page } = await setUp()
    await page.goto(`${here}/page`)
    await page.evaluate('openWebSocket()')
    expect(await shown(page)).toBe(`hello ${alice()}`)
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  test.each(['/moved', '/moved-without-tls'])('a redirect to the site’s own address (%s) stays here', async (path) => {
    const { here, page } = await setUp()
    await page.goto(here + path)
    expect(page.url()).toBe(`${here}/page?moved`)
  })

  test('a policy that wants https everywhere lets its own scripts run', async () => {
    const { here, page } = await setUp()
    await page.goto(`${here}/policy`)
    expect(await shown(page)).toBe('it ran')
    await page.goto(`${here}/policy`)
    expect(page.url()).toBe(`${here}/policy`)
  })

  test('is used for longer than a session lasts without anybody seeing a login', async () => {
    const { here, page, clock, urls, seen } = await setUp({ sessionSeconds: 60 })
    await page.goto(`${here}/page`)
    clock.advance(61)
    await page.evaluate(`callApi('/echo', { method: 'POST', body: 'kept' })`)
    expect(echo(await shown(page))).toMatchObject({ method: 'POST', text: 'kept' })
    clock.advance(61)
    await Promise.all([page.waitForURL(`${here}/echo`), page.evaluate('document.forms.urlencoded.submit()')])
    clock.advance(61)
    await page.goto(`${here}/page`)
    expect(await page.textContent('h1')).toBe(alice())
    expect(seen).toEqual(['GET /page', 'POST /echo', 'POST /echo', 'GET /page'])
    expect(tally(aws)).toEqual({ Decrypt: 4, Encrypt: 4, GetCallerIdentity: 5 })
    expect([...new Set(urls)]).toEqual([`${here}/page`, `${here}/echo`])
  })

  test('logging out ends the session, and the next page signs in again', async () => {
    const { here, page, context } = await setUp()
    await page.goto(`${here}/page`)
    await Promise.all([page.waitForURL(`${here}/auth/logout`), page.evaluate('document.forms.logout.submit()')])
    expect(await page.textContent('h1')).toBe('Signed out')
    expect(await context.cookies()).toEqual([])
    aws.resetCalls()
    expect((await page.goto(`${here}/page`))?.status()).toBe(200)
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  test.skipIf(isMissing(openSsh?.sshd, 'OpenSSH (sshd, ssh, ssh-keygen)'))('all of it through a bastion', async () => {
    const { socks } = await startBastion(thisTest)
    const { here, page, clock } = await setUp({ sessionSeconds: 60 }, ['--socks-proxy', socks])
    await page.goto(`${here}/page`)
    expect(await page.textContent('h1')).toBe(alice())
    clock.advance(61)
    await Promise.all([page.waitForURL(`${here}/echo`), page.evaluate('document.forms.urlencoded.submit()')])
    expect(echo(await page.textContent('body')).method).toBe('POST')
    await page.goto(`${here}/page`)
    await page.evaluate('openWebSocket()')
    expect(await shown(page)).toBe(`hello ${alice()}`)
  })

  test('an MFA code is typed at an address of the gateway itself, which leads back to the page', async () => {
    const Condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }
    const Statement = { Effect: 'Allow' as const, Action: 'kms:Encrypt', Resource: aws.state.key().arn, Condition }
    const policies = [{ Version: '2012-10-17' as const, Statement }]
    const { mfaDevices } = aws.state.addUser({ name: 'mfa-gateway', mfaDevices: [{}], policies })
    const serial = mfaDevices[0]?.serialNumber ?? ''
    const { site } = await startSecureService(aws, thisTest)
    const args = ['--mfa-serial-number', serial]
    const gateway = await startGateway(aws, [`${site}=wiki`], thisTest, args, keysOf(aws, 'mfa-gateway'))
    const here = gateway.originOf(site)
    const page = await (await newVisitor(browser, thisTest)).open()
    await page.goto(`${here}/page?a=b`)
    // Chromium looks for names below localhost at ::1 first.
    expect(page.url()).toMatch(new RegExp(`^http://(127\\.0\\.0\\.1|\\[::1\\]):${gateway.port}/mfa\\?id=`))
    await page.fill('#code', aws.totp(serial))
    await Promise.all([page.waitForURL(`${here}/page?a=b`), page.click('button')])
    expect(await page.textContent('h1')).toContain('user/mfa-gateway')
    expect((await page.goto(`http://127.0.0.1:${gateway.port}/`))?.status()).toBe(404)
  })

  test('where there is no login, a person gets a page that says why', async () => {
    const { here, page, seen } = await setUp({ realm: '210987654321' })
    expect((await page.goto(`${here}/page`))?.status()).toBe(403)
    expect(await page.textContent('body')).toContain('iam-auth-proxy')
    expect(seen).toEqual([])
  })
})

/** What a page can make a browser do at another origin; each resolves with what it could read. */
const ATTACKS: readonly (readonly [name: string, script: (here: string) => string])[] = [
  [
    'an image',
    (here) =>
      `const i = new Image(); i.onload = () => done('shown'); i.onerror = () => done(''); i.src = '${here}/echo?image'`,
  ],
  [
    'a fetch',
    (here) =>
      `fetch('${here}/echo?fetch', { credentials: 'include' }).then((r) => r.text()).then(done, () => done(''))`,
  ],
  [
    'an opaque POST',
    (here) =>
      `fetch('${here}/echo?post', { method: 'POST', body: 'x', mode: 'no-cors', credentials: 'include' }).then((r) => r.text()).then(done, () => done(''))`,
  ],
  [
    'a WebSocket',
    (here) =>
      `const s = new WebSocket('${here.replace('http', 'ws')}/socket'); s.onmessage = (e) => done(e.data); s.onerror = () => done('')`,
  ],
  [
    'a frame',
    (here) =>
      `const f = document.createElement('iframe'); f.onload = () => { try { done(f.contentDocument?.body.textContent ?? '') } catch { done('') } }; f.src = '${here}/echo?frame'; document.body.append(f)`,
  ],
]

describe.skipIf(isMissing(chromiumPath, 'Chromium'))('a page of another site', () => {
  beforeEach(() => aws.resetCalls())

  /** A page of somebody else, who has a server of their own that this browser reaches. */
  async function openEvil(page: Page, host: string): Promise<string> {
    const server = createServer((_req, res) => {
      res
        .setHeader('Content-Type', 'text/html')
        .end('<title>Evil</title><form method="post"><input name="a" value="b"></form>')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    thisTest(() => {
      server.close()
      server.closeAllConnections()
    })
    const origin = `http://${host}:${(server.address() as AddressInfo).port}`
    await page.goto(`${origin}/`)
    return origin
  }
  const attack = (page: Page, script: string) =>
    page.evaluate(`new Promise((done) => { ${script} })`) as Promise<string>

  const places = ['evil.localhost', 'other.example.test', 'wiki.localhost'] as const

  test.each(places)('(%s) is not logged in by anything it loads or posts', async (host) => {
    const { here, page, seen } = await setUp()
    await openEvil(page, host)
    for (const [name, script] of ATTACKS) expect(await attack(page, script(here)), name).not.toContain('arn:')
    await Promise.all([
      page.waitForURL(`${here}/echo`),
      page.evaluate(`document.forms[0].action = '${here}/echo'; document.forms[0].submit()`),
    ])
    expect(await page.textContent('h1')).toBe('Sign in with AWS')
    expect(seen).toEqual([])
    expect(tally(aws)).toEqual(NOTHING)
  })

  test.each(places)('(%s) reads nothing of a person who is logged in, and its logout is refused', async (host) => {
    const { here, page, log } = await setUp()
    await page.goto(`${here}/page`)
    await openEvil(page, host)
    for (const [name, script] of ATTACKS) expect(await attack(page, script(here)), name).not.toContain('arn:')
    await attack(
      page,
      `fetch('${here}/auth/logout', { method: 'POST', mode: 'no-cors', credentials: 'include' }).then(() => done(''))`,
    )
    expect(log.map(({ message }) => message)).not.toContain('logout')
    await page.goto(`${here}/page`)
    expect(await page.textContent('h1')).toBe(alice())
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })
})

describe.skipIf(isMissing(findProgram('curl'), 'curl'))('the command line', () => {
  const curl = (...args: string[]) => promisify(execFile)('curl', ['-sS', '--noproxy', '*', ...args])

  test('several sites, each at a name of its own, which curl finds by itself', async () => {
    const services: SecureService[] = []
    for (let i = 0; i < 2; i++) services.push(await startSecureService(aws, thisTest))
    const [one, two] = services as [SecureService, SecureService]
    const gateway = await startGateway(aws, [one.site, `${two.site}=docs`], thisTest)
    expect(gateway.originOf(one.site)).toBe(`http://localhost.localhost:${gateway.port}`)
    expect(gateway.originOf(two.site)).toBe(`http://docs.localhost:${gateway.port}`)
    for (const { site } of services) {
      expect((await curl(`${gateway.originOf(site)}/`)).stdout).toBe(`${alice()}\n`)
    }
    expect([one.seen, two.seen]).toEqual([['GET /'], ['GET /']])
    const elsewhere = await curl('-i', `http://127.0.0.1:${gateway.port}/`)
    expect(elsewhere.stdout).toMatch(/^HTTP\/1\.1 404 .*this is a gateway/s)
    const proxied = promisify(execFile)('curl', ['-sS', '-i', '-x', `http://127.0.0.1:${gateway.port}`, `${one.site}/`])
    await expect(proxied).rejects.toThrow(/421/)
    expect(await gateway.stop('SIGTERM')).toBe(0)
  })

  test('says where each site is', async () => {
    const folder = await makeDirectory(thisTest)
    const args = ['gateway', 'https://wiki.example.com', '--listen', ':0', '--config-dir', folder]
    const running = runProxy(args, cleanEnvironment(aws, keysOf(aws, 'alice')), thisTest)
    await running.says(/^https:\/\/wiki\.example\.com is at http:\/\/wiki\.localhost:\d+\/$/m)
  })

  test.each<[args: string[], words: RegExp]>([
    [['gateway', 'wiki.example.com'], /wiki\.example\.com: write it as https:\/\/wiki\.example\.com/],
    [['gateway', 'https://a.example', '--listen', '0.0.0.0:1', '--region', 'x'], /\[::1\] only.*\n.*x is not a region/],
    [['--bind', ':1', 'gateway', 'https://a.example'], /--bind, --proxy-auth-file: a gateway is no proxy/],
    [['gateway'], /missing required argument/],
  ])('%s is refused in words', async (args, words) => {
    const running = runProxy(args, cleanEnvironment(aws), thisTest)
    expect(await running.ended).toBe(64)
    expect(running.stderr()).toMatch(words)
  })

  test('a name stays with its site, since the browser keeps its cookies', async () => {
    const folder = await makeDirectory(thisTest)
    const start = (site: string) => startGateway(aws, [site], thisTest, ['--config-dir', folder])
    const one = await start('https://wiki.a.example')
    expect(one.originOf('https://wiki.a.example')).toBe(`http://wiki.localhost:${one.port}`)
    const other = await start('https://wiki.b.example')
    expect(other.originOf('https://wiki.b.example')).toBe(`http://wiki-b-example.localhost:${other.port}`)
    const args = ['gateway', 'https://wiki.c.example=wiki', '--listen', ':0', '--config-dir', folder]
    const chosen = runProxy(args, cleanEnvironment(aws), thisTest)
    expect(await chosen.ended).toBe(64)
    expect(chosen.stderr()).toContain('wiki is the name of https://wiki.a.example')
  })

  test('a port in use is told, and the process ends', async () => {
    const first = await startGateway(aws, ['https://a.example'], thisTest)
    const folder = await makeDirectory(thisTest)
    const running = runProxy(
      ['gateway', 'https://a.example', '--listen', `:${first.port}`, '--config-dir', folder],
      cleanEnvironment(aws),
      thisTest,
    )
    expect(await running.ended).toBe(1)
    expect(running.stderr()).toMatch(/:\d+ is in use: .*--listen :PORT/)
  })
})
