import { type Fault, type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FIRST_LOGIN, NOTHING, ONE_LOGIN, type Tally, tally } from '../support/aws-tally.js'
import { chromiumPath, newVisitor, startBrowser } from '../support/browser.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { curl } from '../support/curl.js'
import { findProgram, isMissing } from '../support/programs.js'
import { keysOf, startProxy, type TestProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'

const forFile = thisFile()
const STRANGERS = '210987654321'
let aws: LocalAws
let proxies: Record<'alice' | 'server' | 'stranger', TestProxy>

/** What a browser that sends no Sec-Fetch sends for a page. */
const asPage = ['-A', 'Mozilla/5.0', '-H', 'Upgrade-Insecure-Requests: 1', '-H', 'Accept: text/html,*/*']

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  aws.state.addAccount({ id: STRANGERS, users: [{ name: 'stranger' }], roles: [], keys: [] })
  const [alice, server, stranger] = await Promise.all([
    startProxy(aws, forFile),
    startProxy(aws, forFile, { credentials: keysOf(aws, 'server') }),
    startProxy(aws, forFile, { credentials: keysOf(aws, 'stranger', STRANGERS) }),
  ])
  proxies = { alice, server, stranger }
  const first = await startService(aws, forFile)
  expect((await curl(alice.url, [first.url], forFile)).status).toBe(200)
})
beforeEach(() => aws.resetCalls())
afterEach(() => aws.clearFaults())

describe.skipIf(isMissing(findProgram('curl'), 'curl'))('a login that is not made', () => {
  test.each<[name: string, who: 'server' | 'stranger', code: string, says: string[], calls: Tally]>([
    [
      'credentials of another account',
      'stranger',
      'ERR_IAM_REALM_MISMATCH',
      [`${STRANGERS}:user/stranger`, '--profile'],
      { GetCallerIdentity: 1 },
    ],
    [
      'a person without kms:Encrypt',
      'server',
      'ERR_IAM_ENCRYPT_DENIED',
      ['user/server', 'kms:Encrypt'],
      { Encrypt: 1, GetCallerIdentity: 1 },
    ],
  ])('%s: curl gets the service’s own 401, a person a page that says why', async (_name, who, code, says, calls) => {
    const { url } = await startService(aws, thisTest)
    const proxy = proxies[who]
    const direct = await curl(undefined, [url], thisTest)
    const through = await curl(proxy.url, [url], thisTest)
    expect(through).toMatchObject({ status: 401, text: direct.text })
    expect(through.text).toContain('"login_required"')
    expect(through.header('www-authenticate')).toMatch(/^IAM realm=/)
    expect(direct.header('proxy-status')).toBeUndefined()
    for (const text of [...says, code]) expect(through.header('proxy-status')).toContain(text)
    expect(proxy.log('login not made')).toMatchObject([{ code, origin: url }])
    expect(tally(aws)).toEqual(calls)
    const page = await curl(proxy.url, [...asPage, url], thisTest)
    expect(page.status).toBe(403)
    for (const text of [...says, code]) expect(page.text).toContain(text)
    const script = await curl(proxy.url, ['-A', 'Mozilla/5.0', '-e', url, url], thisTest)
    expect(script).toMatchObject({ status: 401, text: direct.text })
    expect(script.header('proxy-status')).toBeUndefined()
  })

  test.each<[name: string, fault: Fault, code: string]>([
    ['KMS is down for the person', { service: 'kms', action: 'Encrypt', kind: 'error' }, 'ERR_IAM_AWS_UNAVAILABLE'],
    [
      'KMS drops the person’s connection',
      { service: 'kms', action: 'Encrypt', kind: 'drop' },
      'ERR_IAM_AWS_UNAVAILABLE',
    ],
    ['KMS throttles the person', { service: 'kms', action: 'Encrypt', kind: 'throttle' }, 'ERR_IAM_AWS_UNAVAILABLE'],
    [
      'KMS is down for the service',
      { service: 'kms', action: 'Decrypt', kind: 'error' },
      'ERR_IAM_SERVICE_UNAVAILABLE',
    ],
    [
      'STS is down for the service',
      { service: 'sts', action: 'GetCallerIdentity', kind: 'error' },
      'ERR_IAM_SERVICE_UNAVAILABLE',
    ],
  ])('%s: the untouched 401, a page with Retry-After, and a login once it is over', async (_name, fault, code) => {
    const { url } = await startService(aws, thisTest)
    const heal = aws.fault(fault)
    const failed = await curl(proxies.alice.url, [url], thisTest)
    expect(failed.status).toBe(401)
    expect(failed.text).toContain('"login_required"')
    expect(proxies.alice.log('login not made').at(-1)).toMatchObject({ code, origin: url })
    const page = await curl(proxies.alice.url, [...asPage, url], thisTest)
    expect(page.status).toBe(503)
    expect(page.header('retry-after')).toBe('5')
    expect(page.text).toContain(code)
    heal()
    aws.resetCalls()
    expect((await curl(proxies.alice.url, [url], thisTest)).status).toBe(200)
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  test('the service cannot find its key: its 503 with Retry-After goes to the client as it is', async () => {
    aws.fault({ service: 'kms', action: 'DescribeKey', kind: 'error' })
    const { url } = await startService(aws, thisTest, { kmsKeyId: 'alias/iam-auth', region: aws.region })
    const answer = await curl(proxies.alice.url, [url], thisTest)
    expect(answer.status).toBe(503)
    expect(answer.header('retry-after')).toBe('5')
    expect(answer.text).toContain('aws_unavailable')
  })

  test('a session that was made before keeps working while all of AWS is down', async () => {
    const { url } = await startService(aws, thisTest)
    await curl(proxies.alice.url, [url], thisTest)
    aws.resetCalls()
    aws.fault({ kind: 'drop' })
    expect((await curl(proxies.alice.url, [`${url}/echo`], thisTest)).status).toBe(200)
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('a service that lets nobody in costs three logins, not one a request', async () => {
    const { url, log } = await startService(aws, thisTest, {
      allow: { users: ['arn:aws:iam::123456789012:user/boss'] },
    })
    for (let i = 0; i < 8; i += 1) expect((await curl(proxies.alice.url, [url], thisTest)).status).toBe(401)
    expect(log.filter(({ code }) => code === 'ERR_IAM_NOT_ALLOWED')).toHaveLength(3)
    expect(tally(aws)).toEqual({ Decrypt: 3, Encrypt: 3, GetCallerIdentity: 3 })
    const page = await curl(proxies.alice.url, [...asPage, url], thisTest)
    expect(page.status).toBe(503)
    expect(page.header('retry-after')).toBe('60')
  })

  test('a service that is not there, or goes away, is a 502 that says so', async () => {
    const service = await startService(aws, thisTest)
    await curl(proxies.alice.url, [service.url], thisTest)
    service.close()
    const answer = await curl(proxies.alice.url, [service.url], thisTest)
    expect(answer.status).toBe(502)
    expect(answer.text).toContain(`127.0.0.1:${service.port} refuses connections`)
    expect(answer.text.trim().split('\n')).toHaveLength(1)
    const page = await curl(proxies.alice.url, [...asPage, service.url], thisTest)
    expect(page).toMatchObject({ status: 502 })
    expect(page.header('content-type')).toBe('text/html; charset=utf-8')
    expect(page.header('content-security-policy')).toMatch(/; sandbox$/)
    expect(page.text).toContain('Try again')
    const json = await curl(proxies.alice.url, ['-H', 'Accept: application/json', service.url], thisTest)
    const { error } = JSON.parse(json.text) as { error: { code: string; request: string } }
    expect(error).toMatchObject({ code: 'connection_refused', status: 502 })
    expect(proxies.alice.log('request failed').at(-1)).toMatchObject({ request: error.request })
  })

  test('nothing secret is in the log of the proxy, nor of the service, at any level', async () => {
    const proxy = await startProxy(aws, thisTest, { args: ['--allow-loopback', '--log-level', 'debug'] })
    const { url, log } = await startService(aws, thisTest)
    await curl(
      proxy.url,
      ['-H', 'Authorization: Bearer of-the-client', '-b', 'own=cookie-of-the-client', url],
      thisTest,
    )
    expect(tally(aws)).toEqual(FIRST_LOGIN)
    const { secretAccessKey } = keysOf(aws, 'alice')
    const said = proxy.output() + JSON.stringify(log)
    expect(said).toContain('login answered')
    for (const secret of [secretAccessKey, 'of-the-client', 'iam_auth', '"ct"', 'token=']) {
      expect(said).not.toContain(secret)
    }
  })
})

describe.skipIf(isMissing(chromiumPath, 'Chromium'))('the page that a person sees', () => {
  test.each([360, 1200])('has the statement to ask for, and fits %i pixels', async (width) => {
    const { url } = await startService(aws, thisTest)
    const browser = await startBrowser(proxies.server, thisTest)
    const page = await (await newVisitor(browser, thisTest)).open()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    await page.setViewportSize({ width, height: 780 })
    const answer = await page.goto(url)
    expect(answer?.status()).toBe(403)
    expect(JSON.parse((await page.textContent('pre')) ?? '')).toEqual({
      Effect: 'Allow',
      Action: 'kms:Encrypt',
      Resource: aws.state.key().arn,
      Condition: { StringEquals: { 'kms:EncryptionContext:iam-auth-origin': url } },
    })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    expect(await page.evaluate(`getComputedStyle(document.querySelector('main')).borderTopWidth`)).toBe('4px')
    expect(complaints.filter((text) => /Content Security Policy|style/i.test(text))).toEqual([])
  })

  test('has a link that tries again, which works once the trouble is over', async () => {
    const { url } = await startService(aws, thisTest)
    const browser = await startBrowser(proxies.alice, thisTest)
    const page = await (await newVisitor(browser, thisTest)).open()
    const heal = aws.fault({ service: 'kms', action: 'Encrypt', kind: 'error' })
    expect((await page.goto(`${url}/page`))?.status()).toBe(503)
    heal()
    await page.getByRole('link', { name: 'Try again' }).click()
    await page.locator('h1', { hasText: 'arn:' }).waitFor()
    expect(page.url()).toBe(`${url}/page`)
  })
})
