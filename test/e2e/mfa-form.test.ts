import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import type { Browser, Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FIRST_LOGIN, tally } from '../support/aws-tally.js'
import { chromiumPath, newVisitor, shown, startBrowser } from '../support/browser.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { curl } from '../support/curl.js'
import { isMissing } from '../support/programs.js'
import { cleanEnvironment, keysOf, startProxy, type TestProxy } from '../support/proxy.js'
import { startService, type TestService } from '../support/service.js'
import { makeDirectory } from '../support/temporary-directory.js'
import { scriptPath, startProxyOnTerminal } from '../support/terminal.js'
import { until } from '../support/until.js'

const forFile = thisFile()
let aws: LocalAws
let service: TestService
let users = 0

function addMfaUser() {
  users += 1
  const name = `mfa-form-${users}`
  const Statement = { Effect: 'Allow' as const, Action: 'kms:Encrypt', Resource: aws.state.key().arn }
  const user = aws.state.addUser({
    name,
    mfaDevices: [{}],
    policies: [
      {
        Version: '2012-10-17',
        Statement: { ...Statement, Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } },
      },
    ],
  })
  return { user, serial: user.mfaDevices[0]?.serialNumber ?? '', credentials: keysOf(aws, name) }
}

async function setUp() {
  const { user, serial, credentials } = addMfaUser()
  const args = ['--allow-loopback', '--mfa-serial-number', serial]
  const proxy = await startProxy(aws, thisTest, { args, credentials })
  const browser = await startBrowser(proxy, thisTest)
  return { user, serial, proxy, browser }
}

const tab = async (browser: Browser): Promise<Page> => (await newVisitor(browser, thisTest)).open()
const isForm = (proxy: { url: string }) => new RegExp(`^${proxy.url}/mfa\\?id=[\\w-]{22}$`)
const wrongFor = (serial: string) => (aws.totp(serial) === '000000' ? '000001' : '000000')

async function type(page: Page, code: string): Promise<void> {
  await page.fill('#code', code)
  await page.click('button')
}

describe.skipIf(isMissing(chromiumPath, 'Chromium'))('the form for an MFA code', () => {
  beforeAll(async () => {
    aws = await startLocalAws()
    forFile(aws.close)
    service = await startService(aws, forFile)
  })
  beforeEach(() => aws.resetCalls())

  test('a wrong code, the same again, then the right one: the person lands on the page they asked for', async () => {
    const { user, serial, proxy, browser } = await setUp()
    const page = await tab(browser)
    await page.goto(`${service.url}/page?a=b`)
    expect(page.url()).toMatch(isForm(proxy))
    expect(await page.textContent('main')).toContain(serial)
    expect(await page.getAttribute('#code', 'autocomplete')).toBe('one-time-code')
    await type(page, wrongFor(serial))
    expect(await page.textContent('.reason')).toContain('AWS did not accept this code')
    await type(page, wrongFor(serial))
    expect(await page.textContent('.reason')).toContain('Wait for the next one')
    expect(tally(aws)).toEqual({ GetSessionToken: 1 })
    await type(page, aws.totp(serial))
    await page.waitForURL(`${service.url}/page?a=b`)
    expect(await page.textContent('h1')).toBe(user.arn)
    expect(tally(aws)).toMatchObject({ GetSessionToken: 2, GetCallerIdentity: FIRST_LOGIN['GetCallerIdentity'] })
    expect(proxy.log('mfa code needed')).toHaveLength(1)
  })

  test('two tabs and a script ask one question, and one answer serves them all', async () => {
    const { user, serial, proxy, browser } = await setUp()
    const { open } = await newVisitor(browser, thisTest)
    const [one, other, script] = [await open(), await open(), await open()]
    await script.goto(`${service.url}/public`)
    await one.goto(`${service.url}/page`)
    await other.goto(`${service.url}/`)
    expect([one.url(), other.url()]).toEqual([
      expect.stringMatching(isForm(proxy)),
      expect.stringMatching(isForm(proxy)),
    ])
    expect(one.url()).not.toBe(other.url())
    await script.evaluate('void callApi()')
    await type(one, aws.totp(serial))
    await one.waitForURL(`${service.url}/page`)
    await other.waitForURL(`${service.url}/`)
    expect(await shown(script)).toBe(JSON.stringify({ arn: user.arn }))
    expect(proxy.log('mfa code needed')).toHaveLength(1)
    expect(tally(aws)).toMatchObject({ GetSessionToken: 1 })
  })

  test('after three wrong codes it is over, and the page leads to a new question', async () => {
    const { serial, proxy, browser } = await setUp()
    const page = await tab(browser)
    await page.goto(`${service.url}/page`)
    const first = page.url()
    const wrong = ['000001', '000002', '000003', '000004'].filter((code) => code !== aws.totp(serial)).slice(0, 3)
    for (const code of wrong) await type(page, code)
    await page.getByRole('link', { name: 'Try again' }).click()
    await page.waitForURL((url) => isForm(proxy).test(url.href) && url.href !== first)
    await type(page, aws.totp(serial))
    await page.waitForURL(`${service.url}/page`)
  })

  test('the page of another site can neither post it, nor read it, nor frame it; nor can the service', async () => {
    const { serial, proxy, browser } = await setUp()
    const hostile = await startService(aws, thisTest)
    const victim = await tab(browser)
    await victim.goto(`${service.url}/page`)
    const form = victim.url()
    const id = new URL(form).searchParams.get('id')
    const page = await tab(browser)
    await page.goto(`${hostile.url}/public`)
    const readable = (url: string) =>
      page.evaluate(`fetch(${JSON.stringify(url)}).then((r) => r.text(), () => 'nothing')`)
    expect(await readable(form)).toBe('nothing')
    expect(await readable(`${proxy.url}/mfa/state?id=${id}`)).toBe('nothing')
    const framed = page.waitForResponse((answer) => answer.url() === form)
    await page.evaluate(
      `{const f = document.createElement('iframe'); f.src = ${JSON.stringify(form)}; document.body.append(f)}`,
    )
    expect((await framed).status()).toBe(403)
    const posted = page.waitForResponse((answer) => answer.url() === `${proxy.url}/mfa`)
    await page.evaluate(`{const f = document.createElement('form'); f.method = 'post'; f.action = '${proxy.url}/mfa'
      f.innerHTML = '<input name=id value=${id}><input name=code value=${aws.totp(serial)}>'; document.body.append(f); f.submit()}`)
    expect((await posted).status()).toBe(403)
    expect(tally(aws)).toEqual({})
    await type(victim, aws.totp(serial))
    await victim.waitForURL(`${service.url}/page`)
  })

  test('a script of the service learns nothing: it waits, and its opener’s window is no use', async () => {
    const { serial, proxy, browser } = await setUp()
    const page = await tab(browser)
    await page.goto(`${service.url}/public`)
    const opened = page.waitForEvent('popup')
    await page.evaluate(`window.other = open('/page')`)
    const form = await opened
    await form.waitForURL(isForm(proxy))
    expect(
      await page.evaluate(`(() => { try { return other.location.href } catch (e) { return e.name } })()`),
    ).not.toContain('/mfa')
    expect(
      await page.evaluate(
        `(() => { try { return other.document?.body?.innerText ?? '' } catch (e) { return e.name } })()`,
      ),
    ).not.toContain(serial)
    const redirect = await page
      .evaluate(
        `fetch('/page', { redirect: 'manual', headers: { Accept: 'text/html' } }).then((r) => r.status + r.type, () => 'failed')`,
      )
      .catch(String)
    expect(redirect).not.toContain('/mfa')
  }, 40_000)

  test('a profile with mfa_serial asks in the same way, and whoever has the address may answer without a browser', async () => {
    const [{ serialNumber: serial = '' } = {}] = aws.state.user('alice').mfaDevices
    const { accessKeyId, secretAccessKey } = keysOf(aws, 'alice')
    const file = join(await makeDirectory(thisTest), 'config')
    const role = `arn:aws:iam::${aws.state.account().id}:role/developer`
    await writeFile(
      file,
      `[profile keys]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n` +
        `[profile dev]\nrole_arn=${role}\nsource_profile=keys\nmfa_serial=${serial}\n`,
      { mode: 0o600 },
    )
    const env = { ...cleanEnvironment(aws), AWS_CONFIG_FILE: file, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }
    const proxy = await startProxy(aws, thisTest, { args: ['--allow-loopback', '--profile', 'dev'], env })
    const told = await curl(proxy.url, [`${service.url}/`], thisTest)
    expect(told.status).toBe(503)
    const [form = ''] = /http\S+$/m.exec(told.text) ?? []
    const csrf = /name="csrf" value="([^"]+)"/.exec((await curl(undefined, [form], thisTest)).text)?.[1] ?? ''
    const id = new URL(form).searchParams.get('id') ?? ''
    const post = async (fields: Record<string, string>) => {
      const data = Object.entries(fields).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`])
      return curl(undefined, [...data, `${proxy.url}/mfa`], thisTest)
    }
    expect((await post({ id, code: aws.totp(serial) })).status).toBe(403)
    expect((await post({ csrf, id: 'guessed', code: aws.totp(serial) })).status).toBe(404)
    expect((await post({ csrf, id, code: aws.totp(serial) })).status).toBe(303)
    expect((await curl(undefined, [form], thisTest)).text).toContain('AWS took the code')
    expect((await curl(proxy.url, [`${service.url}/`], thisTest)).text).toContain(':assumed-role/developer/')
    expect(tally(aws)).toMatchObject({ AssumeRole: 1 })
  })

  test('a page outside what was asked is not where it goes on to', async () => {
    const { proxy } = await setUp()
    const asPage = ['-A', 'Mozilla/5.0', '-H', 'Upgrade-Insecure-Requests: 1', '-H', 'Accept: text/html,*/*']
    const answer = await curl(proxy.url, [...asPage, '--path-as-is', `${service.url}/.//evil.example/`], thisTest)
    expect([401, 303]).toContain(answer.status)
    const form = await curl(proxy.url, [...asPage, `${service.url}/page`], thisTest)
    expect(form.status).toBe(303)
    expect(form.header('location')).toMatch(isForm(proxy))
    expect(form.header('cache-control')).toBe('no-store')
    expect(form.text).toBe('')
  })
})

describe.skipIf(isMissing(chromiumPath && scriptPath, 'Chromium, or script(1)'))('with a terminal as well', () => {
  async function onTerminal() {
    const { user, serial, credentials } = addMfaUser()
    const args = ['--allow-loopback', '--mfa-serial-number', serial]
    const proxy = await startProxyOnTerminal(args, cleanEnvironment(aws, credentials), thisTest)
    const browser = await startBrowser(proxy as unknown as TestProxy, thisTest)
    const page = await tab(browser)
    await page.goto(`${service.url}/page`)
    expect(page.url()).toMatch(isForm(proxy))
    await proxy.says(new RegExp(`MFA code of ${serial}: `))
    return { user, serial, proxy, page }
  }

  test('the terminal answers: the form goes on by itself', async () => {
    const { user, serial, proxy, page } = await onTerminal()
    proxy.type(`${aws.totp(serial)}\r`)
    await page.waitForURL(`${service.url}/page`)
    expect(await page.textContent('h1')).toBe(user.arn)
  })

  test('the form answers: the terminal is given back', async () => {
    const { serial, proxy, page } = await onTerminal()
    await type(page, aws.totp(serial))
    await page.waitForURL(`${service.url}/page`)
    await until('the prompt goes away', () => proxy.output().includes('(answered elsewhere)'))
  })
})
