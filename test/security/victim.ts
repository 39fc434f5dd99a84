import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from '../../packages/proxy/test/upstream/localhost-certificate.js'
import { startBrowser } from '../support/browser.js'
import { type Keeper, thisTest } from '../support/cleanup.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { type ServiceOptions, startService, type TestService } from '../support/service.js'
import { type SocksServer, startSocksServer } from '../support/socks-server.js'
import { startHostileSite } from './hostile-site.js'

/**
 * Alice at her desk: a real Chromium, all of whose requests go through the real proxy, in a world where any name is a
 * service or a site of the test. Services on https stand behind something that ends TLS.
 */
export interface Victim {
  readonly aws: LocalAws
  readonly proxy: TestProxy
  readonly browser: Browser
  serviceAt(origin: string, options?: ServiceOptions): Promise<TestService & { readonly origin: string }>
  /** A site that answers every request with this page. */
  pageAt(origin: string, html?: string): Promise<void>
  /** A browser that has been nowhere yet. */
  open(): Promise<Page>
}

export async function startVictim(keep: Keeper): Promise<Victim> {
  const aws = await startLocalAws()
  keep(aws.close)
  const socks = await startSocksServer(keep)
  const args = ['--allow-loopback', '--socks-proxy', `127.0.0.1:${socks.port}`]
  const proxy = await startProxy(aws, keep, { args })
  const browser = await startBrowser(proxy, keep)
  return {
    aws,
    proxy,
    browser,
    async serviceAt(origin, options = {}) {
      const service = await startService(aws, thisTest, { ...options, origin })
      await mapTo(socks, origin, service.port)
      return { ...service, origin }
    },
    async pageAt(origin, html = '<!doctype html><title>Hostile</title><body>') {
      const rawHeaders = ['Content-Type', 'text/html; charset=utf-8']
      const site = await startHostileSite(thisTest, () => ({ status: 200, rawHeaders, body: html }))
      await mapTo(socks, origin, Number(new URL(site.origin).port))
    },
    async open() {
      const context = await browser.newContext({ ignoreHTTPSErrors: true })
      thisTest(() => context.close())
      return context.newPage()
    },
  }
}

/** The session and challenge cookies that this browser holds for a URL, as `name=value`. */
export async function heldCookies(context: BrowserContext, url: string): Promise<string[]> {
  return (await context.cookies(url)).map(({ name, value }) => `${name}=${value}`).toSorted()
}

/** Puts cookies in as the service itself would have set them. */
export async function giveCookies(context: BrowserContext, cookie: string, origin: string): Promise<void> {
  const pairs = cookie.split('; ').map((pair) => /^([^=]+)=(.*)$/.exec(pair)?.slice(1) ?? [])
  const secure = origin.startsWith('https:')
  const added = pairs.map(([name = '', value = '']) => ({ name, value, url: `${origin}/`, secure, httpOnly: true }))
  await context.addCookies(added)
}

async function mapTo(socks: SocksServer, origin: string, port: number): Promise<void> {
  const { hostname, protocol } = new URL(origin)
  socks.map(`${hostname}:80`, port)
  if (protocol === 'https:') socks.map(`${hostname}:443`, await endTls(port))
}

/** A load balancer: TLS on one side, plain http on the other. */
async function endTls(port: number): Promise<number> {
  const server = https.createServer({ key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE }, (req, res) => {
    const { method, url: path, rawHeaders } = req
    const forwarded = http.request({ host: '127.0.0.1', port, method, path, headers: rawHeaders, setHost: false })
    forwarded.on('response', (answer) => {
      res.writeHead(answer.statusCode ?? 0, answer.rawHeaders)
      answer.pipe(res)
    })
    forwarded.on('error', () => res.destroy())
    req.pipe(forwarded)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  thisTest(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}
