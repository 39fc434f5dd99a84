import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NOTHING, ONE_LOGIN, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { driveFirefox, type FirefoxTab, firefoxPath, UNSEEN_FIREFOX } from '../support/firefox.js'
import { type Certificate, certutilPath, installAuthority, makeCertificate, startTlsFront } from '../support/https.js'
import { isMissing } from '../support/programs.js'
import { cleanEnvironment, keysOf, runProxy, startProxy, type TestProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { type SocksServer, startSocksServer } from '../support/socks-server.js'
import { makeDirectory } from '../support/temporary-directory.js'

const forFile = thisFile()
const isHere = !isMissing(firefoxPath, 'Firefox (firefox-esr)') && !isMissing(certutilPath, 'certutil (libnss3-tools)')
let aws: LocalAws
let socks: SocksServer
let certificate: Certificate
let proxy: TestProxy
let profile: string
let configFolder: string
let newTab: () => Promise<FirefoxTab>
let sites = 0

/** A service at a name of its own below this one, with TLS before it where the scheme says so. */
async function serviceAt(place: string) {
  sites += 1
  const origin = place.replace('//', `//f${sites}.`)
  const service = await startService(aws, thisTest, { origin })
  const { protocol, hostname } = new URL(origin)
  if (protocol === 'http:') socks.map(`${hostname}:80`, service.port)
  else socks.map(`${hostname}:443`, (await startTlsFront(() => service.port, certificate, thisTest)).port)
  return { ...service, origin }
}

const shown = `new Promise((resolve) => {
  const look = () => { const { textContent } = document.querySelector('output'); if (textContent) resolve(textContent) }
  new MutationObserver(look).observe(document.querySelector('output'), { childList: true })
  look()
})`
const heading = `document.querySelector('h1').textContent`

/** The home of somebody who has said `ca install` and then opens Firefox, by `iam-auth-proxy open`, for the first time. */
async function openFirefox(url: string, home: string): Promise<string> {
  const env = { ...cleanEnvironment(aws, keysOf(aws, 'alice')), HOME: home, XDG_DATA_HOME: join(home, 'data') }
  const to = ['--proxy', `127.0.0.1:${proxy.port}`, '--config-dir', configFolder, '--browser', firefoxPath ?? '']
  const running = runProxy(['open', url, ...to, '--', ...UNSEEN_FIREFOX], env, forFile)
  expect(await running.ended, running.output()).toBe(0)
  expect(running.output()).toBe(`firefox is open, through the proxy at 127.0.0.1:${proxy.port}.\n`)
  return join(home, 'data', 'iam-auth-proxy', 'browsers', 'firefox')
}

describe.runIf(isHere)('Firefox, opened by iam-auth-proxy open,', () => {
  beforeAll(async () => {
    aws = await startLocalAws()
    forFile(aws.close)
    socks = await startSocksServer(forFile)
    certificate = await makeCertificate(['*.corp.test'], forFile)
    const { home, ...authority } = await installAuthority(['corp.test'], forFile)
    configFolder = authority.configFolder
    const trusted = ['--trust', `https://*.corp.test,key-account=${aws.state.account().id}`]
    const reached = ['--allow-loopback', '--socks-proxy', `127.0.0.1:${socks.port}`, '--upstream-ca', certificate.path]
    proxy = await startProxy(aws, forFile, { args: [...reached, ...trusted, '--config-dir', configFolder] })
    profile = await openFirefox('http://127.0.0.1:9/', home)
    const driven = await driveFirefox(profile, forFile)
    newTab = driven.newTab
    const first = await startService(aws, forFile)
    // Who we are is asked once. On loopback, which other settings of Firefox let past the proxy.
    const tab = await newTab()
    await tab.goto(`${first.url}/page`)
    expect(await tab.evaluate(heading)).toBe(aws.state.user('alice').arn)
  })
  beforeEach(() => aws.resetCalls())

  test.each(['http://corp.test', 'https://corp.test'])(
    'logs in at %s once, for the page, its fetch, its form and its WebSocket',
    async (place) => {
      const { origin, seen } = await serviceAt(place)
      const tab = await newTab()
      const { arn } = aws.state.user('alice')
      await tab.goto(`${origin}/page`)
      expect(await tab.evaluate(heading)).toBe(arn)
      expect(await tab.url()).toBe(`${origin}/page`)
      await tab.evaluate(`callApi('/echo', { method: 'POST', body: 'from Firefox' })`)
      expect(JSON.parse(await tab.evaluate(shown))).toMatchObject({ arn, method: 'POST', text: 'from Firefox' })
      await tab.goto(`${origin}/page`)
      await tab.evaluate('openWebSocket()')
      expect(await tab.evaluate(shown)).toBe(`hello ${arn}`)
      await tab.leave(`document.forms.urlencoded.submit()`)
      expect(await tab.url()).toBe(`${origin}/echo`)
      expect(seen).toEqual(['GET /page', 'POST /echo', 'GET /page', 'POST /echo'])
      expect(tally(aws)).toEqual(ONE_LOGIN)
    },
  )

  test.each(['http://corp.test', 'https://corp.test'])(
    'a WebSocket and a POST of a page at %s without a session are logged in',
    async (place) => {
      const { origin } = await serviceAt(place)
      const tab = await newTab()
      await tab.goto(`${origin}/public`)
      await tab.evaluate('openWebSocket()')
      expect(await tab.evaluate(shown)).toBe(`hello ${aws.state.user('alice').arn}`)
      await tab.goto(`${origin}/public`)
      await tab.evaluate(`callApi('/echo', { method: 'POST', body: 'kept' })`)
      expect(JSON.parse(await tab.evaluate(shown))).toMatchObject({ method: 'POST', text: 'kept' })
    },
  )

  test.each(['http://corp.test', 'https://corp.test'])(
    'a page of another site cannot log in at %s, but a link of it does',
    async (place) => {
      const { origin, seen, arrived } = await serviceAt(place)
      const evil = await serviceAt('http://evil.test')
      const tab = await newTab()
      await tab.goto(`${evil.origin}/public`)
      const target = `'${origin}/echo`
      const attacks = {
        image: `const i = new Image(); i.onerror = done; i.src = ${target}?image'`,
        fetch: `fetch(${target}?fetch', { mode: 'no-cors', credentials: 'include' }).then(done, done)`,
        post: `fetch(${target}?post', { method: 'POST', body: 'x', mode: 'no-cors', credentials: 'include' }).then(done, done)`,
        stream: `new EventSource(${target}?stream', { withCredentials: true }).onerror = done`,
      }
      for (const [name, script] of Object.entries(attacks)) {
        await tab.evaluate(`new Promise((resolve) => { const done = () => resolve(0); ${script} })`)
        expect(arrived.join('\n'), name).toContain(`/echo?${name}`)
        expect(seen, name).toEqual([])
      }
      await tab.leave(`document.forms.urlencoded.action = '${origin}/echo'; document.forms.urlencoded.submit()`)
      expect(await tab.evaluate(heading)).toBe('Sign in with AWS')
      expect(tally(aws)).toEqual(NOTHING)
      await tab.goto(`${evil.origin}/public`)
      await tab.leave(`location.href = '${origin}/page'`)
      expect(await tab.evaluate(heading)).toBe(aws.state.user('alice').arn)
      expect(tally(aws)).toEqual(ONE_LOGIN)
    },
  )

  test('its profile has the authority among those it trusts, for servers only', () => {
    const listed = execFileSync(certutilPath ?? '', ['-L', '-d', `sql:${profile}`], { encoding: 'utf8' })
    expect(listed).toMatch(/^iam-auth-proxy root \S+ +C,, *$/m)
  })

  test('where certutil is missing opens all the same, and says what that means and what to type', async () => {
    const folder = await makeDirectory(thisTest)
    const browser = join(folder, 'firefox')
    writeFileSync(browser, '#!/bin/sh\n', { mode: 0o755 })
    const env = { ...cleanEnvironment(aws), PATH: folder, HOME: folder }
    const to = ['--proxy', `127.0.0.1:${proxy.port}`, '--config-dir', configFolder, '--browser', browser]
    const running = runProxy(['open', 'http://wiki.corp.test', ...to], env, thisTest)
    expect(await running.ended, running.output()).toBe(0)
    expect(running.stdout()).toMatch(
      /^Firefox refuses the https: pages [\s\S]*: certutil is not installed .*\n {2}sudo apt-get install libnss3-tools\nfirefox is open, /,
    )
  })
})
