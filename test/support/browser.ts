import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Keeper } from './cleanup.js'
import { findProgram } from './programs.js'
import type { TestProxy } from './proxy.js'

export const chromiumPath = findProgram('chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome')

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A real Chromium with a data directory of its own, all of whose requests go through the proxy. */
export async function startBrowser(proxy: TestProxy, keep: Keeper, home = process.env['HOME']): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('there is no Chromium')
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ARGUMENTS,
    // What its user trusts is below it.
    env: { ...process.env, ...(home !== undefined && { HOME: home }) } as Record<string, string>,
    proxy: { server: proxy.url, bypass: '<-loopback>' },
  })
  keep(() => browser.close())
  return browser
}

/** The newest browsers keep pages away from this machine by themselves; the others do not. */
const NO_CHECKS = '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests'

/** A real Chromium that knows no proxy, and for which every name of the test lies on loopback. */
export function startBrowserWithoutProxy(keep: Keeper): Promise<Browser> {
  return startBrowserWith(['--no-proxy-server'], keep)
}

/** The same with a proxy as these arguments say. */
export async function startBrowserWith(more: readonly string[], keep: Keeper): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('there is no Chromium')
  const args = [...ARGUMENTS, NO_CHECKS, '--host-resolver-rules=MAP *.example.test 127.0.0.1', ...more]
  const browser = await chromium.launch({ executablePath: chromiumPath, args })
  keep(() => browser.close())
  return browser
}

/** Somebody with empty cookies, and every URL that their browser asked for or was sent to. */
export interface Visitor {
  readonly context: BrowserContext
  readonly urls: string[]
  /** A new tab. */
  open(): Promise<Page>
}

export async function newVisitor(browser: Browser, keep: Keeper): Promise<Visitor> {
  const context = await browser.newContext()
  keep(() => context.close())
  const urls: string[] = []
  context.on('request', (request) => urls.push(request.url()))
  context.on('response', async (response) => {
    const location = response.headers()['location']
    if (location !== undefined) urls.push(location)
  })
  return { context, urls, open: () => context.newPage() }
}

/** The text that the page's script shows. */
export async function shown(page: Page): Promise<string> {
  const output = page.locator('output:not(:empty)')
  await output.waitFor({ state: 'attached' })
  return (await output.textContent()) ?? ''
}
