import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { startOriginalServer } from '../interop/original/original-server.js'
import { chromiumPath, newVisitor, startBrowser } from '../support/browser.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { isMissing } from '../support/programs.js'
import { keysOf, startProxy, type TestProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { startHostileSite } from './hostile-site.js'

/** Somebody looks where URLs are kept and passed on (history, Referer, logs) for one that logs in. */

const forFile = thisFile()
let aws: LocalAws

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
})

describe.skipIf(isMissing(chromiumPath, 'Chromium'))('of a login in Chromium', () => {
  test('by version 2: no URL that the browser sees has anything of it', async () => {
    const service = await startService(aws, thisTest)
    const { proxy, page, urls } = await visit([], `${service.url}/page?a=b`)
    expect(page.url()).toBe(`${service.url}/page?a=b`)
    expect(urls.filter((url) => url.includes('/auth'))).toEqual([])
    expect(service.arrived).toContain('POST /auth')
    expect(proxy.output()).not.toMatch(/token=|AQICAH/)
  })

  test('by version 1: the token is in one redirect, and in nothing that the browser keeps or tells others', async () => {
    const { origin, close } = await originalServer()
    thisTest(close)
    const { proxy, page, urls } = await visit(['--trust', `${origin},protocol=1`], `${origin}/page?a=b`)
    expect(page.url()).toBe(`${origin}/page?a=b`)
    // SECURITY.md says so: the browser is sent there, so whoever reads its network log or the service's access log sees it.
    const shown = urls.filter((url) => url.includes('token='))
    expect(new Set(shown.map((url) => new URL(url, origin).pathname))).toEqual(new Set(['/auth']))
    const token = new URL(shown[0] ?? '', origin).searchParams.get('token') ?? ''
    expect(token.length).toBeGreaterThan(500)
    const kept = [...(await historyOf(page)), await page.evaluate<string>('document.referrer')]
    expect(kept).toContain(`${origin}/page?a=b`)
    expect(kept.filter((url) => url.includes('token'))).toEqual([])
    expect(await refererAt(page)).toEqual([expect.not.stringContaining('token')])
    expect(proxy.output()).toContain('login answered')
    for (const text of ['token=', token, encodeURIComponent(token)]) expect(proxy.output()).not.toContain(text)
  })
})

/** A new browser opens this page through a proxy that logs all it can. */
async function visit(args: readonly string[], url: string) {
  const proxy: TestProxy = await startProxy(aws, thisTest, {
    args: ['--allow-loopback', '--log-level', 'debug', ...args],
  })
  const { urls, open } = await newVisitor(await startBrowser(proxy, thisTest), thisTest)
  const page = await open()
  await page.goto(url)
  return { proxy, page, urls }
}

/** Every entry of the tab's history, as DevTools sees it: also what was asked for before redirects. */
async function historyOf(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { entries } = await session.send('Page.getNavigationHistory')
  return entries.flatMap(({ url, userTypedURL }) => [url, userTypedURL])
}

/** What another site learns from the page's links of where its visitors come from. */
async function refererAt(page: Page): Promise<string[]> {
  const site = await startHostileSite(thisTest, () => ({ status: 200, rawHeaders: [], body: '' }))
  await page.evaluate((url) => fetch(url, { mode: 'no-cors', referrerPolicy: 'unsafe-url' }), `${site.origin}/x`)
  return site.captured.map(({ rawHeaders }) => rawHeaders[rawHeaders.indexOf('Referer') + 1] ?? '')
}

async function originalServer() {
  const server = await startOriginalServer({
    ...{ endpoint: aws.endpoint, region: aws.region, kmsKeyArn: aws.state.key().arn, salt: 'pepper' },
    ...{ account: aws.state.account().id, credentials: keysOf(aws, 'server') },
  })
  return { origin: `http://127.0.0.1:${server.port}`, close: () => server.close() }
}
