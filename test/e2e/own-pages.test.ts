import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Status } from '../../packages/proxy/src/own/status/status.js'
import { FIRST_LOGIN, NOTHING, tally } from '../support/aws-tally.js'
import { chromiumPath, startBrowserWith, startBrowserWithoutProxy } from '../support/browser.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { curl } from '../support/curl.js'
import { installAuthority } from '../support/https.js'
import { isMissing } from '../support/programs.js'
import { keysOf, startProxy, type TestProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { startSocksServer } from '../support/socks-server.js'
import { makeDirectory } from '../support/temporary-directory.js'

/** The proxy's own pages in a real browser: what they show, and what keeps other sites out. */

const forFile = thisFile()
let aws: LocalAws

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
})
beforeEach(() => aws.resetCalls())

const NOT_INSTALLED = isMissing(chromiumPath, 'Chromium')
const statusOf = async (proxy: TestProxy) => (await fetch(`${proxy.url}/status.json`)).json() as Promise<Status>

/** The status page, open in a browser that uses no proxy. */
async function openStatus(proxy: TestProxy, width = 1280): Promise<Page> {
  const browser = await startBrowserWithoutProxy(thisTest)
  const page = await browser.newPage({ viewport: { width, height: 800 } })
  const failures: string[] = []
  page.on('console', (message) => failures.push(message.text()))
  page.on('pageerror', ({ message }) => failures.push(message))
  thisTest(() => expect(failures).toEqual([]))
  expect((await page.goto(`${proxy.url}/`))?.status()).toBe(200)
  return page
}

describe.skipIf(NOT_INSTALLED)('the status page', () => {
  test('shows a login, and a refusal with what to type, that happen while it is open', async () => {
    const proxy = await startProxy(aws, thisTest)
    const service = await startService(aws, thisTest)
    const page = await openStatus(proxy)
    expect(await page.textContent('h1')).toBe('The proxy is working')
    expect(await page.textContent('#services')).toContain('None yet')
    expect(tally(aws)).toEqual(NOTHING)
    await page.click('summary:has-text("GNOME")')
    await curl(proxy.url, [service.url], thisTest)
    await page.waitForSelector(`#services li:has-text("${service.url}"):has-text("Working")`)
    expect(await page.textContent('#identity')).toContain(aws.state.user('alice').arn)
    const other = await startService(aws, thisTest, { allow: { users: ['arn:aws:iam::123456789012:user/somebody'] } })
    await curl(proxy.url, [other.url], thisTest)
    await page.waitForSelector(`#services li:has-text("${other.url}"):has-text("ERR_IAM_SERVICE_REFUSED")`)
    expect(await page.locator('#events li').allTextContents()).toEqual([
      expect.stringContaining('Else ask the people who run the service'),
      expect.stringContaining('Version 2, as arn:aws:iam::123456789012:user/alice'),
    ])
    // What somebody is reading stays as it is.
    expect(await page.isVisible('text=gsettings set org.gnome.system.proxy mode auto')).toBe(true)
  })

  test('asks AWS who the user is only when told to, and says what is wrong', async () => {
    const proxy = await startProxy(aws, thisTest)
    const page = await openStatus(proxy)
    await page.click('button:has-text("Check now")')
    await page.waitForSelector('#identity:has-text("user/alice")')
    expect(tally(aws)).toEqual({ GetCallerIdentity: 1 })
    const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'of no use anywhere, and never was' }
    const wrong = await startProxy(aws, thisTest, { credentials })
    await page.goto(wrong.url)
    await page.click('button:has-text("Check now")')
    await page.waitForSelector('h1:has-text("Logins do not work")')
    expect(await page.textContent('#headline')).toContain('AWS does not know these credentials')
    expect(await page.content()).not.toContain(credentials.accessKeyId)
  })

  test('has a link to the form where AWS wants an MFA code to say who the user is', async () => {
    const user = aws.state.addUser({ name: 'status-mfa', mfaDevices: [{}] })
    const serial = user.mfaDevices[0]?.serialNumber ?? ''
    const args = ['--mfa-serial-number', serial]
    const proxy = await startProxy(aws, thisTest, { args, credentials: keysOf(aws, 'status-mfa') })
    const page = await openStatus(proxy)
    await page.click('button:has-text("Check now")')
    await page.click('#identity a:has-text("type it")')
    await page.fill('#code', aws.totp(serial))
    await page.click('button')
    await page.waitForSelector('text=AWS took the code')
    await page.goto(proxy.url)
    expect(await page.textContent('#identity')).toContain(user.arn)
  })

  test('forgets a session when told to: the next request logs in again', async () => {
    const proxy = await startProxy(aws, thisTest)
    const service = await startService(aws, thisTest)
    await curl(proxy.url, [service.url], thisTest)
    await curl(proxy.url, [service.url], thisTest)
    expect(tally(aws)).toEqual(FIRST_LOGIN)
    const page = await openStatus(proxy)
    await page.click('button:has-text("Forget session")')
    await page.waitForURL(`${proxy.url}/`)
    expect(await page.locator('button:has-text("Forget session")').count()).toBe(0)
    await curl(proxy.url, [service.url], thisTest)
    expect(tally(aws)['Encrypt']).toBe(2)
  })

  test('says whether the certificate authority is installed, for whom and where, and what to type if not', async () => {
    const none = await startProxy(aws, thisTest, { args: ['--config-dir', await makeDirectory(thisTest)] })
    expect((await statusOf(none)).authority).toMatchObject({ state: 'none', todo: 'iam-auth-proxy ca install' })
    const bare = await openStatus(none)
    expect(await bare.textContent('#authority')).toMatch(
      /No certificate authority is installed[\s\S]*iam-auth-proxy ca install/,
    )
    const { home, configFolder, root } = await installAuthority(['corp.test'], thisTest)
    const trusted = ['--trust', `https://wiki.other.test,key=${aws.state.key().arn}`]
    const args = ['--config-dir', configFolder, ...trusted]
    const proxy = await startProxy(aws, thisTest, { args, env: { HOME: home } })
    const { authority } = await statusOf(proxy)
    expect(authority).toMatchObject({ names: ['corp.test'], root, uncovered: ['https://wiki.other.test'] })
    expect(authority?.stores).toContainEqual(expect.objectContaining({ place: `${home}/.local/share/pki/nssdb` }))
    const page = await openStatus(proxy)
    expect(await page.textContent('#authority')).toMatch(/corp\.test, and what is below[\s\S]*wiki\.other\.test/)
  })

  test('says so when the proxy is gone', async () => {
    const proxy = await startProxy(aws, thisTest)
    const browser = await startBrowserWithoutProxy(thisTest)
    const page = await browser.newPage()
    await page.goto(proxy.url)
    await proxy.stop()
    await page.waitForSelector('text=The proxy does not answer any more')
  })

  test.each([380, 1280])('fits a window of %i px, whatever the names are', async (width) => {
    const long = `a-very-long-name-${'x'.repeat(40)}.internal.example.test`
    const args = ['--allow-loopback', '--trust', `http://${long},key=${aws.state.key().arn}`]
    const proxy = await startProxy(aws, thisTest, { args })
    await curl(proxy.url, [`http://${long}/`], thisTest)
    const page = await openStatus(proxy, width)
    await page.evaluate('for (const part of document.querySelectorAll("details")) part.open = true')
    expect(await page.textContent('#services')).toContain(long)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
  })

  test('shows no secret: neither keys, nor tokens, nor cookies', async () => {
    const proxy = await startProxy(aws, thisTest)
    const service = await startService(aws, thisTest)
    const { headers } = await curl(proxy.url, ['-b', 'own=cookie', service.url], thisTest)
    const { accessKeyId, secretAccessKey } = aws.state.user('alice').accessKeys[0] ?? {}
    const session = headers.filter(([name]) => name === 'set-cookie').map(([, line]) => /=([^;]+)/.exec(line)?.[1])
    expect(session).toHaveLength(2)
    for (const path of ['/', '/status.json', '/proxy.pac']) {
      const text = await (await fetch(proxy.url + path)).text()
      for (const secret of [accessKeyId, secretAccessKey, ...session]) expect(text).not.toContain(secret)
    }
  })
})

describe.skipIf(NOT_INSTALLED)('a hostile page', () => {
  const read = (url: string) => `fetch('${url}').then((answer) => answer.text(), () => 'nothing')`

  test.each(['beside the proxy', 'through the proxy'])('opened %s reads nothing and changes nothing', async (how) => {
    const args = ['--allow-loopback', '--trust', 'http://evil.example.test']
    const proxy = await startProxy(aws, thisTest, { args })
    const service = await startService(aws, thisTest)
    await curl(proxy.url, [service.url], thisTest)
    const { port } = await startService(aws, thisTest)
    const proxied = [`--proxy-server=${proxy.url}`, '--proxy-bypass-list=<-loopback>;*.example.test']
    const browser = await startBrowserWith(how === 'through the proxy' ? proxied : ['--no-proxy-server'], thisTest)
    const page = await browser.newPage()
    await page.goto(`http://evil.example.test:${port}/public`)
    for (const path of ['/', '/status.json', '/proxy.pac']) {
      expect(await page.evaluate(read(proxy.url + path)), path).toBe('nothing')
    }
    const loaded = `new Promise((done) => {
      const script = document.createElement('script')
      script.onload = () => done('loaded')
      script.onerror = () => done('refused')
      script.src = '${proxy.url}/proxy.pac'
      document.body.append(script)
    })`
    expect(await page.evaluate(loaded)).toBe('refused')
    await page.evaluate(`new Promise((done) => {
      const frame = document.createElement('iframe')
      frame.name = 'frame'
      document.body.append(frame)
      const form = Object.assign(document.createElement('form'), { method: 'post', target: 'frame', action: '${proxy.url}/session/forget' })
      form.innerHTML = '<input name=origin value="${service.url}"><input name=csrf value=guess>'
      document.body.append(form)
      frame.onload = done
      form.submit()
    })`)
    expect(await statusOf(proxy)).toMatchObject({ services: [{ origin: service.url, hasSession: true }] })
    expect(tally(aws)['Encrypt']).toBe(1)
  })
})

describe.skipIf(NOT_INSTALLED)('a browser with the PAC file', () => {
  test('sends what is trusted through the proxy, logged in, and everything else directly', async () => {
    const socks = await startSocksServer(thisTest)
    const wiki = await startService(aws, thisTest, { port: 0, origin: 'http://wiki.example.test' })
    const other = await startService(aws, thisTest)
    socks.map('wiki.example.test:80', wiki.port)
    const args = ['--socks-proxy', `127.0.0.1:${socks.port}`, '--trust', 'http://wiki.example.test']
    const proxy = await startProxy(aws, thisTest, { args })
    const browser = await startBrowserWith([`--proxy-pac-url=${proxy.url}/proxy.pac`], thisTest)
    const page = await browser.newPage()
    await page.goto('http://wiki.example.test/page')
    expect(await page.textContent('h1')).toBe(aws.state.user('alice').arn)
    expect(tally(aws)).toEqual(FIRST_LOGIN)
    expect((await page.goto(`http://direct.example.test:${other.port}/public`))?.status()).toBe(200)
    expect(other.arrived).toEqual(['GET /public'])
    expect(socks.asked.filter((authority) => authority.startsWith('direct'))).toEqual([])
  })
})
