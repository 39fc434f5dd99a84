import { once } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from '../../packages/proxy/test/upstream/localhost-certificate.js'
import { AbsoluteFormAgent } from '../support/absolute-form-agent.js'
import { NOTHING, ONE_LOGIN, tally } from '../support/aws-tally.js'
import { chromiumPath, newVisitor, startBrowser } from '../support/browser.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { curl } from '../support/curl.js'
import { findProgram, isMissing } from '../support/programs.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { startService, type TestService } from '../support/service.js'
import { type CompanyProxy, squid, startSquid } from '../support/squid.js'
import { makeDirectory } from '../support/temporary-directory.js'
import { until } from '../support/until.js'

const forFile = thisFile()
const ACCOUNT = { user: 'employee', password: 'a-password-of-these-tests' }
let aws: LocalAws
let company: CompanyProxy
let proxy: TestProxy
let routes: string
let authority: string

const missing = isMissing(squid, 'squid') || isMissing(findProgram('curl'), 'curl')

describe.skipIf(missing)('a company proxy: squid with a password', () => {
  beforeAll(async () => {
    aws = await startLocalAws()
    forFile(aws.close)
    company = await startSquid(forFile, ACCOUNT)
    const directory = await makeDirectory(forFile)
    routes = join(directory, 'routes')
    authority = join(directory, 'authority.pem')
    await writeFile(authority, LOCALHOST_CERTIFICATE)
    // All services of these tests are on loopback, for which an HTTP proxy has to be named.
    await writeFile(routes, `localhost=http://${ACCOUNT.user}:${ACCOUNT.password}@127.0.0.1:${company.port}\n`)
    await chmod(routes, 0o600)
    const args = ['--allow-loopback', '--upstream-proxy-file', routes, '--upstream-ca', authority]
    proxy = await startProxy(aws, forFile, { args })
  })
  beforeEach(() => aws.resetCalls())

  const arn = () => aws.state.user('alice').arn
  const serviceAtLocalhost = async (): Promise<TestService & { origin: string }> => {
    const service = await startService(aws, thisTest)
    return { ...service, origin: `http://localhost:${service.port}` }
  }

  test('curl is logged in over http, in absolute form, and an upload arrives whole', async () => {
    const { origin, arrived } = await serviceAtLocalhost()
    const answer = await curl(proxy.url, ['-d', 'whole', `${origin}/echo`], thisTest)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('"text":"whole"')
    expect(tally(aws)).toMatchObject({ Encrypt: 1, Decrypt: 1 })
    const asked = company.asked()
    expect(asked).toContain(`POST ${origin}/echo 200`)
    expect(asked.filter((line) => line.startsWith('CONNECT'))).toEqual([])
    expect(arrived.length).toBeGreaterThan(1)
  })

  test('an https service is logged in to by CONNECT, its certificate verified at our end', async () => {
    const { origin, port, end } = await startSecureService(aws)
    const answer = await absolute(proxy.port, `${origin}/`)
    expect(answer).toMatchObject({ status: 200, body: `${arn()}\n` })
    expect(tally(aws)).toEqual(ONE_LOGIN)
    end()
    await until('squid notes the tunnel', () => company.asked().includes(`CONNECT localhost:${port} 200`))
  })

  test('a tunnel of curl’s own ends at the service, whose 401 it sees', async () => {
    const { origin } = await startSecureService(aws)
    const answer = await curl(proxy.url, ['--cacert', authority, `${origin}/`], thisTest)
    expect(answer.statuses).toEqual([200, 401])
    expect(answer.header('www-authenticate')).toMatch(/^IAM /)
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('a WebSocket is logged in through it', async () => {
    const { origin } = await serviceAtLocalhost()
    const url = `${origin.replace('http:', 'ws:')}/socket`
    const socket = new WebSocket(url, { agent: new AbsoluteFormAgent(proxy.port) })
    thisTest(() => socket.terminate())
    expect(String((await once(socket, 'message'))[0])).toBe(`hello ${arn()}`)
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  test.skipIf(isMissing(chromiumPath, 'Chromium'))('Chromium is logged in through it', async () => {
    const { origin } = await serviceAtLocalhost()
    const browser = await startBrowser(proxy, thisTest)
    const visitor = await newVisitor(browser, thisTest)
    const page = await visitor.open()
    const response = await page.goto(`${origin}/`)
    expect(await response?.text()).toBe(`${arn()}\n`)
    expect(company.asked()).toContain(`GET ${origin}/ 200`)
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  test('AWS is asked through it, too, where a route leads there', async () => {
    const own = await startSquid(thisTest, ACCOUNT)
    const { origin } = await serviceAtLocalhost()
    const hop = `http://${ACCOUNT.user}:${ACCOUNT.password}@127.0.0.1:${own.port}`
    const { hostname, port } = new URL(aws.endpoint)
    const args = ['--allow-loopback', '--upstream-proxy', `${hostname}=${hop}`]
    const through = await startProxy(aws, thisTest, { args })
    expect(await curl(through.url, [`${origin}/`], thisTest)).toMatchObject({ status: 200, text: `${arn()}\n` })
    await through.stop('SIGTERM')
    await until('squid notes the tunnels', () => own.asked().includes(`CONNECT ${hostname}:${port} 200`))
  })

  test('its 407 is our 502, which names the option and asks no client', async () => {
    const { origin, arrived } = await serviceAtLocalhost()
    const args = ['--allow-loopback', '--upstream-proxy', `localhost=http://127.0.0.1:${company.port}`]
    const own = await startProxy(aws, thisTest, { args })
    for (const more of [[], ['--proxytunnel']]) {
      const answer = await curl(own.url, [...more, `${origin}/`], thisTest)
      expect(answer.statuses).toEqual([502])
      expect(answer.header('proxy-authenticate')).toBeUndefined()
      expect(answer.header('proxy-status')).toContain('error=destination_unavailable')
    }
    const { text } = await curl(own.url, [`${origin}/`], thisTest)
    expect(text).toContain('wants a user and a password (407)')
    expect(text).toContain(`--upstream-proxy http://USER:PASSWORD@127.0.0.1:${company.port}`)
    expect(arrived).toEqual([])
  })

  test('a wrong password is told as one, and not repeated', async () => {
    const wrong = `localhost=http://${ACCOUNT.user}:not-this@127.0.0.1:${company.port}`
    const own = await startProxy(aws, thisTest, { args: ['--allow-loopback', '--upstream-proxy', wrong] })
    const answer = await curl(own.url, ['--proxytunnel', 'http://localhost:1/'], thisTest)
    expect(answer.statuses).toEqual([502])
    const { text } = await curl(own.url, ['http://localhost:1/'], thisTest)
    expect(text).toContain('refuses this user and password (407)')
    expect(own.output()).not.toContain('not-this')
  })

  test('what it does not let through is a 502 in its name; plain http needs no CONNECT', async () => {
    const strict = await startSquid(thisTest, { ...ACCOUNT, connectPort: 443 })
    const { origin } = await serviceAtLocalhost()
    const route = `localhost=http://${ACCOUNT.user}:${ACCOUNT.password}@127.0.0.1:${strict.port}`
    const own = await startProxy(aws, thisTest, { args: ['--allow-loopback', '--upstream-proxy', route] })
    expect(await curl(own.url, [`${origin}/`], thisTest)).toMatchObject({ status: 200, text: `${arn()}\n` })
    const tunnel = await curl(own.url, ['--proxytunnel', `${origin}/`], thisTest)
    expect(tunnel.statuses).toEqual([502])
  })
})

/** The middleware behind an https server of this process. */
async function startSecureService(aws: LocalAws) {
  const inner = { port: 0 }
  const front = https.createServer({ key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE }, (request, response) => {
    const { method, url, headers } = request
    const relayed = http.request({ host: '127.0.0.1', port: inner.port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.rawHeaders)
      answer.pipe(response)
    })
    request.pipe(relayed)
  })
  front.listen(0, '127.0.0.1')
  await once(front, 'listening')
  const end = () => {
    front.close()
    front.closeAllConnections()
  }
  thisTest(end)
  const { port: frontPort } = front.address() as AddressInfo
  const origin = `https://localhost:${frontPort}`
  const service = await startService(aws, thisTest, { origin })
  inner.port = service.port
  return { origin, port: frontPort, end }
}

/** `GET https://…` as it stands: what curl cannot say. */
async function absolute(proxyPort: number, url: string): Promise<{ status: number | undefined; body: string }> {
  const headers = { Host: new URL(url).host }
  const request = http.request({ host: '127.0.0.1', port: proxyPort, path: url, headers, agent: false }).end()
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage]
  let body = ''
  for await (const chunk of answer) body += chunk
  return { status: answer.statusCode, body }
}
