import { writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FIRST_LOGIN, NOTHING, tally } from '../support/aws-tally.js'
import { chromiumPath, newVisitor, startBrowser, startBrowserWithoutProxy } from '../support/browser.js'
import { type Keeper, thisFile, thisTest } from '../support/cleanup.js'
import { OTHER_USER, otherUser, sayAsOther } from '../support/other-user.js'
import { isMissing } from '../support/programs.js'
import { cleanEnvironment, keysOf, runProxy, startProxy, type TestProxy } from '../support/proxy.js'
import { startSecondMachine } from '../support/second-machine.js'
import { startService, type TestService } from '../support/service.js'
import { startSocksServer } from '../support/socks-server.js'
import { makeDirectory } from '../support/temporary-directory.js'
import { startHostileSite, visitThrough } from './hostile-site.js'
import { exchangeBytes, startWireService } from './wire.js'

/** Somebody who is not the user, or who borrows the user's browser, uses the proxy to be logged in, or to reach what only the user's machine can reach. */

const forFile = thisFile()
const machine = startSecondMachine(forFile)
const loopbacks = [
  '127.0.0.1',
  ...(networkInterfaces()['lo']?.some(({ address }) => address === '::1') ? ['[::1]'] : []),
]
const PASSWORD = 'me:a-password-of-the-proxy'
let aws: LocalAws

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
})
beforeEach(() => aws.resetCalls())

const basic = (text: string) => `Proxy-Authorization: Basic ${Buffer.from(text).toString('base64')}`
const withLines = (start: string, host: string, lines: readonly string[] = []) =>
  `${[start, `Host: ${host}`, ...lines, 'Connection: close', '', ''].join('\r\n')}`
const get = (url: string, lines: readonly string[] = []) => withLines(`GET ${url} HTTP/1.1`, new URL(url).host, lines)
const connect = (authority: string) => `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`

async function passwordFile(mode = 0o600): Promise<string> {
  const file = join(await makeDirectory(thisTest), 'auth')
  await writeFile(file, PASSWORD, { mode })
  return file
}

describe.skipIf(isMissing(otherUser, 'another user to become (the tests do not run as root)'))(
  'another user of this machine',
  () => {
    const requests: [what: string, bytes: (service: TestService) => string][] = [
      ['a request', ({ url }) => get(`${url}/`)],
      [
        'a page load',
        ({ url }) => get(`${url}/`, ['Accept: text/html', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document']),
      ],
      ['a tunnel', ({ port }) => connect(`127.0.0.1:${port}`)],
      [
        'an upgrade',
        ({ url }) =>
          withLines(`GET ${url}/ HTTP/1.1`, new URL(url).host, ['Connection: Upgrade', 'Upgrade: websocket']),
      ],
      ['a request for the proxy itself', () => withLines('GET / HTTP/1.1', 'x')],
      ['a guessed password', ({ url }) => get(`${url}/`, [basic(PASSWORD)])],
    ]

    test.each(loopbacks)('gets the same refusal from a proxy at %s, whatever is asked', async (address) => {
      const service = await startService(aws, thisTest)
      const proxy = await startProxy(aws, thisTest, { args: ['--allow-loopback', '--bind', `${address}:0`] })
      for (const [what, bytes] of requests) {
        const host = address.replace(/[[\]]/g, '')
        const answer = await sayAsOther({ host, port: proxy.port, bytes: bytes(service) }, thisTest)
        expect(answer, what).toMatch(/^HTTP\/1.1 403 /)
        expect(answer, what).toContain('this proxy serves only the user who runs it')
        expect(answer, what).toContain('--proxy-auth-file')
      }
      expect(service.arrived).toEqual([])
      expect(tally(aws)).toEqual(NOTHING)
      expect(proxy.log('client refused: not the user who runs this proxy')).toMatchObject([{ uid: OTHER_USER }])
    })

    test('is not kept out by the user’s own connections, nor the user by theirs', async () => {
      const service = await startService(aws, thisTest)
      const proxy = await startProxy(aws, thisTest)
      const answers = await Promise.all([
        ...Array.from({ length: 5 }, () =>
          sayAsOther({ host: '127.0.0.1', port: proxy.port, bytes: get(service.url) }, thisTest),
        ),
        ...Array.from({ length: 20 }, () => exchangeBytes(proxy.port, get(service.url))),
      ])
      const statuses = answers.map((answer) => answer.slice(9, 12))
      expect(statuses).toEqual([...Array(5).fill('403'), ...Array(20).fill('200')])
      expect(tally(aws)).toEqual(FIRST_LOGIN)
    })

    test('who knows the password is served, and a wrong one is a 407', async () => {
      const service = await startService(aws, thisTest)
      const args = ['--allow-loopback', '--proxy-auth-file', await passwordFile()]
      const proxy = await startProxy(aws, thisTest, { args })
      const say = (lines: readonly string[]) =>
        sayAsOther({ host: '127.0.0.1', port: proxy.port, bytes: get(`${service.url}/`, lines) }, thisTest)
      expect(await say([])).toMatch(/^HTTP\/1.1 407 /)
      expect(await say([basic('me:guess')])).toMatch(/^HTTP\/1.1 407 /)
      expect(service.arrived).toEqual([])
      expect(tally(aws)).toEqual(NOTHING)
      expect(await say([basic(PASSWORD)])).toMatch(/^HTTP\/1.1 200 /)
    })
  },
)

describe.skipIf(process.platform === 'win32')('a password file that others may read', () => {
  test('stops the start, with the command that repairs it', async () => {
    const file = await passwordFile(0o644)
    const env = cleanEnvironment(aws, keysOf(aws, 'alice'))
    const running = runProxy(['--bind', '127.0.0.1:0', '--proxy-auth-file', file], env, thisTest)
    expect(await running.ended).toBe(64)
    expect(running.stderr()).toContain(`--proxy-auth-file: others may read or write ${file}: chmod 600 ${file}`)
    expect(running.stderr()).not.toContain('a-password')
  })
})

describe.skipIf(isMissing(machine?.here, 'a second machine (`ip netns`, and the right to use it)'))(
  'another machine',
  () => {
    const { here, exec } = machine ?? { here: '', exec: [] }
    const say = (proxy: TestProxy, host: string, bytes: string) =>
      sayAsOther({ host, port: proxy.port, bytes, before: exec }, thisTest)

    test.each(['@', '0.0.0.0', '[::]', ''])('is not let near by mistake: --bind %s wants a password', async (host) => {
      const env = cleanEnvironment(aws, keysOf(aws, 'alice'))
      const running = runProxy(['--bind', `${host.replace('@', here)}:0`], env, thisTest)
      expect(await running.ended).toBe(64)
      expect(running.stderr()).toContain('other machines could log in as you')
    })

    test('reaches no proxy that listens on loopback', async () => {
      const proxy = await startProxy(aws, thisTest)
      expect(await say(proxy, here, get('http://127.0.0.1:1/'))).toBe('ECONNREFUSED\n')
    })

    test('gets 407 without the password and with a wrong one, and reaches nobody; the password goes no further', async () => {
      const service = await startWireService(thisTest, 'strict')
      const args = ['--allow-loopback', '--bind', `${here}:0`, '--proxy-auth-file', await passwordFile()]
      const proxy = await startProxy(aws, thisTest, { args })
      const url = `http://${service.host}/`
      const wrong = [
        'me:',
        'me:a-password-of-the-prox',
        `${PASSWORD}y`,
        'ME:a-password-of-the-proxy',
        ':',
        PASSWORD.slice(3),
      ]
      for (const lines of [[], ...wrong.map((text) => [basic(text)]), [basic(PASSWORD), basic('x:y')]]) {
        for (const bytes of [get(url, lines), withLines(`CONNECT ${service.host} HTTP/1.1`, service.host, lines)]) {
          const answer = await say(proxy, here, bytes)
          expect(answer).toMatch(/^HTTP\/1.1 407 [\s\S]*\r\nProxy-Authenticate: Basic realm=/)
        }
      }
      expect(service.connections).toEqual([])
      expect(await say(proxy, here, get(url, [basic(PASSWORD)]))).toMatch(/^HTTP\/1.1 200 /)
      expect(service.connections.join('')).toMatch(/^GET \/ HTTP/)
      expect(service.connections.join('')).not.toMatch(/proxy-auth|a-password|bWU6/i)
      expect(tally(aws)).toEqual(NOTHING)
    })

    test('cannot make the proxy call itself, by any spelling of its address', async () => {
      const args = ['--allow-loopback', '--bind', '0.0.0.0:0', '--proxy-auth-file', await passwordFile()]
      const proxy = await startProxy(aws, thisTest, { args })
      for (const host of [here, '127.0.0.1', '127.0.0.2', '0.0.0.0', 'localhost', `[::ffff:${here}]`]) {
        const answer = await say(proxy, here, get(`http://${host}:${proxy.port}/x`, [basic(PASSWORD)]))
        // Where the name is its own, its own pages answer.
        const isOwn = [here, '127.0.0.1', 'localhost'].includes(host)
        const says = isOwn
          ? /^HTTP\/1.1 404 [\s\S]*the proxy has no such page/
          : /^HTTP\/1.1 403 [\s\S]*this proxy itself/
        expect(answer, host).toMatch(says)
      }
    })
  },
)

/** What a page, or a redirect, may name; PORT is a service of this machine that must never hear of it. */
const FORBIDDEN = [
  'http://127.0.0.1:PORT/',
  'http://127.1:PORT/',
  'http://0x7f.1:PORT/',
  'http://0177.0.0.1:PORT/',
  'http://2130706433:PORT/',
  'http://127.0.0.1.:PORT/',
  'http://%31%32%37.0.0.1:PORT/',
  'http://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1:PORT/',
  'http://localhost:PORT/',
  'http://LOCALHOST.:PORT/',
  'http://a.localhost:PORT/',
  'http://a.b.localhost:PORT/',
  'http://0.0.0.0:PORT/',
  'http://0:PORT/',
  'http://[::1]:PORT/',
  'http://[0:0:0:0:0:0:0:1]:PORT/',
  'http://[::]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::ffff:0:127.0.0.1]:PORT/',
  'http://[::127.0.0.1]:PORT/',
  'http://[64:ff9b::127.0.0.1]:PORT/',
  'http://[2002:7f00:1::]:PORT/',
  'http://169.254.169.254/latest/meta-data/iam/security-credentials/',
  'http://0xa9fea9fe/',
  'http://2852039166/',
  'http://0251.0376.0251.0376/',
  'http://[::ffff:169.254.169.254]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[fd00:ec2::254]/',
  'http://169.254.170.2/v2/credentials/',
  'http://[fe80::1]/',
]

describe.each(['directly', 'through a bastion'])('what only this machine reaches, %s', (way) => {
  async function startWay(keep: Keeper, trusted: readonly string[] = []) {
    const socks = await startSocksServer(keep)
    const args = [
      ...(way === 'directly' ? [] : ['--socks-proxy', `127.0.0.1:${socks.port}`]),
      ...trusted.flatMap((origin) => ['--trust', origin]),
    ]
    return { proxy: await startProxy(aws, keep, { args }), socks }
  }

  test('is refused in every spelling, requests and tunnels, and nobody is dialled', async () => {
    const { proxy, socks } = await startWay(thisTest)
    const canary = await startWireService(thisTest, 'strict')
    const port = canary.host.split(':')[1] ?? ''
    for (const spelled of FORBIDDEN) {
      const url = spelled.replace('PORT', port)
      const [authority = ''] = url.slice('http://'.length).split('/')
      const tunnelled = /:\d+$/.test(authority) ? authority : `${authority}:443`
      for (const bytes of [
        `GET ${url} HTTP/1.1\r\nHost: ${authority}\r\nConnection: close\r\n\r\n`,
        `GET ${url.replace('http:', 'https:')} HTTP/1.1\r\nHost: ${authority}\r\nConnection: close\r\n\r\n`,
        `CONNECT ${tunnelled} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`,
      ]) {
        expect(await exchangeBytes(proxy.port, bytes), bytes).toMatch(
          /^HTTP\/1.1 403 [\s\S]*error=destination_ip_prohibited/,
        )
      }
    }
    expect(canary.connections).toEqual([])
    expect(socks.asked).toEqual([])
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('is refused to a redirect of a trusted service, and a trusted port is not another one', async () => {
    const canary = await startWireService(thisTest, 'strict')
    const site = await startWireService(
      thisTest,
      'strict',
      () => `HTTP/1.1 302 Found\r\nLocation: http://${canary.host}/\r\nContent-Length: 0\r\n\r\n`,
    )
    const { proxy } = await startWay(thisTest, [`http://${site.host}`])
    const redirect = await exchangeBytes(proxy.port, get(`http://${site.host}/`))
    const [, location = ''] = /\r\nLocation: (.*)\r\n/.exec(redirect) ?? []
    expect(location).toBe(`http://${canary.host}/`)
    expect(await exchangeBytes(proxy.port, get(location))).toMatch(/^HTTP\/1.1 403 /)
    expect(canary.connections).toEqual([])
  })
})

describe.skipIf(isMissing(chromiumPath, 'Chromium'))('a web page', () => {
  /** What a page can send to the proxy's own port, and what it learns of it. */
  const ATTACK = `async ([proxyUrl, serviceUrl]) => {
    const learned = []
    const note = (what) => (value) => learned.push(what + ': ' + value)
    const read = (init) => fetch(proxyUrl + '/', init).then((answer) => answer.text())
    const smuggled = 'GET ' + serviceUrl + '/ HTTP/1.1\\r\\nHost: ' + new URL(serviceUrl).host + '\\r\\n\\r\\n'
    await read({}).then(note('read'), () => {})
    await read({ credentials: 'include' }).then(note('read with cookies'), () => {})
    await read({ headers: { 'X-Test': '1' } }).then(note('read after a preflight'), () => {})
    await read({ method: 'PUT', body: 'x' }).then(note('put'), () => {})
    await fetch(proxyUrl + '/' + serviceUrl + '/', { mode: 'no-cors' }).catch(() => {})
    await fetch(proxyUrl, { method: 'POST', mode: 'no-cors', body: smuggled }).catch(() => {})
    navigator.sendBeacon(proxyUrl + '/beacon', smuggled)
    await new Promise((done) => {
      const socket = new WebSocket(proxyUrl.replace('http', 'ws') + '/')
      socket.onopen = () => { note('web socket')('open'); done() }
      socket.onerror = done
    })
    await new Promise((done) => {
      const events = new EventSource(proxyUrl + '/')
      events.onopen = () => { note('events')('open'); done() }
      events.onerror = () => { events.close(); done() }
    })
    for (const kind of ['script', 'img', 'iframe']) {
      await new Promise((done) => {
        const element = document.createElement(kind)
        element.onload = element.onerror = done
        element.src = proxyUrl + '/' + kind
        document.body.append(element)
      })
    }
    await new Promise((done) => {
      const frame = document.createElement('iframe')
      frame.name = 'frame'
      const form = document.createElement('form')
      form.target = 'frame'
      form.method = 'post'
      form.enctype = 'text/plain'
      form.action = proxyUrl + '/'
      const input = document.createElement('textarea')
      input.name = smuggled
      form.append(input)
      document.body.append(frame, form)
      frame.onload = done
      form.submit()
    })
    return learned
  }`

  async function startSite(keep: Keeper) {
    const site = await startHostileSite(keep, () => ({
      status: 200,
      rawHeaders: ['Content-Type', 'text/html'],
      body: '<!doctype html><link rel="icon" href="data:,"><title>x</title><body></body>',
    }))
    return { ...site, port: new URL(site.origin).port }
  }

  test('gets nothing out of the proxy’s port but refusals, unread, and no login', async () => {
    const service = await startService(aws, thisTest)
    const proxy = await startProxy(aws, thisTest)
    const site = await startSite(thisTest)
    const browser = await startBrowserWithoutProxy(thisTest)
    const page = await (await newVisitor(browser, thisTest)).open()
    const answers: [status: number, headers: Record<string, string>][] = []
    page.on('response', (answer) => {
      if (new URL(answer.url()).port === String(proxy.port)) answers.push([answer.status(), answer.headers()])
    })
    let asked = 0
    page.on('request', (request) => {
      if (new URL(request.url()).port === String(proxy.port)) asked += 1
    })
    await page.goto(`http://evil.example.test:${site.port}/`)
    const learned = await page.evaluate(`(${ATTACK})(${JSON.stringify([proxy.url, service.url])})`)
    expect(learned).toEqual([])
    // Not `answers`: what the browser keeps even from its tester (Cross-Origin-Resource-Policy) is not among them.
    expect(asked).toBeGreaterThan(8)
    expect(answers.length).toBeGreaterThan(0)
    for (const [status, headers] of answers) {
      expect(status).toBe(403)
      expect(Object.keys(headers).filter((name) => /^(?:access-control|set-cookie|location)/.test(name))).toEqual([])
    }
    expect(service.arrived).toEqual([])
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('whose name now leads to the proxy (DNS rebinding) reads the same text, whatever it asks', async () => {
    const service = await startService(aws, thisTest)
    const proxy = await startProxy(aws, thisTest)
    const browser = await startBrowserWithoutProxy(thisTest)
    const page = await (await newVisitor(browser, thisTest)).open()
    const rebound = `http://rebound.example.test:${proxy.port}`
    expect((await page.goto(`${rebound}/`))?.status()).toBe(421)
    // What the name led to before: the attacker's own page, at the same origin.
    await page.route(`${rebound}/before`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<title>x</title>' }),
    )
    await page.goto(`${rebound}/before`)
    const texts = await page.evaluate(
      `Promise.all(${JSON.stringify(['/', '/proxy.pac', '/.//x', `/${service.url}/`])}.map((path) => fetch(path).then((a) => a.text())))`,
    )
    expect(new Set(texts as string[]).size).toBe(1)
    expect((texts as string[])[0]).toMatch(/^This is iam-auth-proxy, a forward proxy/)
    expect(service.arrived).toEqual([])
    expect(tally(aws)).toEqual(NOTHING)
  })

  test.each(['directly', 'through a bastion'])(
    'reaches nothing through the proxy that only this machine reaches, %s',
    async (way) => {
      const site = await startSite(thisTest)
      const canary = await startWireService(thisTest, 'strict')
      const socks = await startSocksServer(thisTest)
      socks.map('evil.example.test:80', Number(site.port))
      const args = way === 'directly' ? ['--trust', site.origin] : ['--socks-proxy', `127.0.0.1:${socks.port}`]
      const proxy = await startProxy(aws, thisTest, { args })
      const browser = await startBrowser(proxy, thisTest)
      const page = await (await newVisitor(browser, thisTest)).open()
      const statuses = new Map<string, number>()
      page.on('response', (answer) => statuses.set(answer.url(), answer.status()))
      const origin = way === 'directly' ? site.origin : 'http://evil.example.test'
      expect((await page.goto(`${origin}/`))?.status()).toBe(200)
      const urls = FORBIDDEN.map((url) => url.replace('PORT', canary.host.split(':')[1] ?? ''))
      await page.evaluate(
        `Promise.allSettled(${JSON.stringify([...urls, `${proxy.url}/`])}.flatMap((url) => [
        fetch(url, { mode: 'no-cors' }), fetch(url, { mode: 'no-cors', method: 'POST', body: 'x' }),
        new Promise((done) => { new WebSocket(url.replace('http', 'ws')).onerror = done }),
      ]))`,
      )
      statuses.delete(`${origin}/`)
      expect(statuses.size).toBeGreaterThan(5)
      expect(new Set(statuses.values())).toEqual(new Set([403]))
      for (const url of [`http://${canary.host}/`, `https://${canary.host}/`]) await page.goto(url).catch(() => {})
      expect(canary.connections).toEqual([])
      // What the browser asks of its maker is none of ours.
      const asked = socks.asked.filter((authority) => !/\.com:\d+$/.test(authority))
      expect([...new Set(asked)]).toEqual(way === 'directly' ? [] : ['evil.example.test:80'])
      expect(tally(aws)).toEqual(NOTHING)
    },
  )
})

describe('round and round', () => {
  test('a service that passes its requests on to the proxy sees each once', async () => {
    const proxy = await startProxy(aws, thisTest)
    const statuses: number[] = []
    let arrived = 0
    const server = createServer((incoming, outgoing) => {
      arrived += 1
      const again = request({ host: '127.0.0.1', port: proxy.port, path: url, headers: incoming.headers, agent: false })
      again.on('response', (answer) => {
        statuses.push(answer.statusCode ?? 0)
        answer.pipe(outgoing)
      })
      again.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    thisTest(() => server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    await exchangeBytes(proxy.port, get(url))
    expect(statuses).toEqual([508])
    expect(arrived).toBe(1)
  })

  test('a service that forgets every session costs a few logins, not one a request', async () => {
    const service = await startService(aws, thisTest, {
      before: (app) =>
        app.use((req, _res, next) => {
          if (req.method === 'GET') delete req.headers.cookie
          next()
        }),
    })
    const proxy = await startProxy(aws, thisTest)
    for (let visit = 0; visit < 20; visit += 1) {
      expect(await visitThrough(proxy.url, service.url)).toMatchObject({ status: 401 })
    }
    expect(tally(aws)['Encrypt']).toBeLessThanOrEqual(5)
    expect(service.arrived.filter((line) => line.startsWith('GET')).length).toBeLessThanOrEqual(20 + 5)
  })
})
