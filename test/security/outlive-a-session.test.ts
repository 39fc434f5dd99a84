import { createHmac } from 'node:crypto'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { memoryStore, redisStore } from 'iam-auth-server-middleware'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { logIn, prepareLogin } from '../../packages/server-middleware/test/support/client.js'
import { send } from '../../packages/server-middleware/test/support/http.js'
import { NOTHING, tally } from '../support/aws-tally.js'
import { chromiumPath } from '../support/browser.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { isMissing } from '../support/programs.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { redisPath, startRedis } from '../support/redis.js'
import { type ServiceOptions, startService, type TestService } from '../support/service.js'
import { until } from '../support/until.js'
import { postLogin, refusals } from './attempts.js'
import { visitThrough } from './hostile-site.js'
import { giveCookies, startVictim, type Victim } from './victim.js'

/** Somebody has a session, his own or a stolen one, and wants it to be good for longer, elsewhere, or for somebody else. */

const forFile = thisFile()
const SECRET = 'the secret of these services, of no use elsewhere'
const NEWER = 'the secret that comes after it'
const ORIGIN = 'https://wiki.example.com'
let aws: LocalAws

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  aws.state.addUser({ name: 'bob', policies: aws.state.user('alice').policies })
})
beforeEach(() => aws.resetCalls())

const start = (options: ServiceOptions = {}) => startService(aws, thisTest, { secrets: [SECRET], ...options })
/** An instance of the service at `ORIGIN`. */
const startInstance = (options: ServiceOptions = {}) => start({ origin: ORIGIN, ...options })
const logInAt = async (service: TestService, user = 'alice') => {
  const [credentials] = aws.state.user(user).accessKeys
  return (await logIn(service, { origin: ORIGIN, ...(credentials && { credentials }) })).cookie
}
const statusAt = async ({ url }: TestService, cookie: string, headers: Record<string, string> = {}) =>
  (await send(`${url}/`, { headers: { host: 'wiki.example.com', cookie, ...headers } })).status
const logOutAt = ({ url }: TestService, cookie: string) =>
  send(`${url}/auth/logout`, { method: 'POST', headers: { host: 'wiki.example.com', cookie } })

describe('a session ends', () => {
  test('when its time has come, however often it was used, and nothing that it is used for renews it', async () => {
    const service = await startInstance({ sessionSeconds: 600, publicPaths: ['/public'] })
    const cookie = await logInAt(service)
    for (let minute = 0; minute < 9; minute++) {
      service.clock.advance(60)
      for (const path of ['/', '/public', '/echo', '/auth']) {
        const { setCookies } = await send(service.url + path, { headers: { host: 'wiki.example.com', cookie } })
        expect(setCookies).toEqual([])
      }
    }
    service.clock.advance(58)
    expect(await statusAt(service, cookie)).toBe(200)
    service.clock.advance(3)
    expect(await statusAt(service, cookie)).toBe(401)
    service.clock.advance(-120) // a clock that is set back within reason does not bring it back for long
    expect(await statusAt(service, cookie)).toBe(200)
    service.clock.advance(-3600)
    expect(await statusAt(service, cookie)).toBe(401)
  })

  test('with its secret, also for a login that was under way', async () => {
    const store = memoryStore()
    const before = await startInstance({ store })
    const cookie = await logInAt(before)
    const pending = await prepareLogin(before, { origin: ORIGIN })
    const during = await startInstance({ store, secrets: [NEWER, SECRET] })
    const after = await startInstance({ store, secrets: [NEWER] })
    expect([await statusAt(during, cookie), await statusAt(after, cookie)]).toEqual([200, 401])
    expect(await postLogin(after, pending)).toMatchObject({ status: 403 })
    expect(refusals(after)).toEqual(['ERR_IAM_CHALLENGE_MAC'])
    expect(tally(aws)).toEqual(NOTHING)
    const fresh = await logInAt(during)
    expect([await statusAt(after, fresh), await statusAt(before, fresh)]).toEqual([200, 401])
  })

  test('with `sessionsNotBefore`, for everybody at once; who logs in after that stays', async () => {
    const store = memoryStore()
    const before = await startInstance({ store })
    const cookies = [await logInAt(before), await logInAt(before, 'bob')]
    const after = await startInstance({ store, sessionsNotBefore: new Date(Date.now() + 1000) })
    for (const cookie of cookies) expect(await statusAt(after, cookie)).toBe(401)
    after.clock.advance(2)
    expect(await statusAt(after, await logInAt(after))).toBe(200)
  })

  test('when the rules change under it', async () => {
    const cookies = await Promise.all([await startInstance()].map((service) => logInAt(service, 'bob')))
    const strict = await startInstance({ allow: { users: [aws.state.user('alice').arn] } })
    expect(await statusAt(strict, cookies[0] ?? '')).toBe(401)
    const shorter = await startInstance({ sessionSeconds: 60 })
    expect(await statusAt(shorter, cookies[0] ?? '')).toBe(401)
  })
})

describe.skipIf(isMissing(redisPath, 'Redis'))('a logout counts on both instances that share a Redis', () => {
  const startPair = async () => {
    const redis = await startRedis(thisTest)
    const instance = async () => startInstance({ store: redisStore(await redis.connect()) })
    return { redis, first: await instance(), second: await instance() }
  }

  test('for every request that comes after it, and for this session alone', async () => {
    const { first, second } = await startPair()
    const [stolen, other] = [await logInAt(first), await logInAt(second)]
    expect([await statusAt(first, stolen), await statusAt(second, stolen)]).toEqual([200, 200])
    const during = Array.from({ length: 50 }, (_, index) => statusAt(index % 2 === 0 ? first : second, stolen))
    expect(await logOutAt(second, stolen)).toMatchObject({ status: 204 })
    const after = Array.from({ length: 50 }, (_, index) => statusAt(index % 2 === 0 ? first : second, stolen))
    for (const status of await Promise.all(during)) expect([200, 401]).toContain(status)
    expect(new Set(await Promise.all(after))).toEqual(new Set([401]))
    expect([await statusAt(first, other), await statusAt(second, other)]).toEqual([200, 200])
    expect((await logOutAt(first, stolen)).status).toBe(204)
  })

  test('and while it is gone nobody knows, so nobody comes in: 503', async () => {
    const { redis, first, second } = await startPair()
    const cookie = await logInAt(first)
    await logOutAt(first, cookie)
    await redis.stop()
    const broken = await startInstance({ store: redisStore(() => Promise.reject(new Error('connection lost'))) })
    expect(await statusAt(broken, cookie)).toBe(503)
    expect((await logOutAt(broken, await logInAt(await startInstance()))).status).toBe(503)
    expect(second.seen).toEqual([])
  })
})

describe('a cookie that was made, mended or moved is none', () => {
  const payloadOf = (cookie: string) => {
    const [, value = ''] = /__Host-iam_auth=([^;]+)/.exec(cookie) ?? []
    return { value, payload: JSON.parse(Buffer.from(value, 'base64').toString()) as Record<string, unknown> }
  }
  const seal = (payload: object, signature: (pair: string) => string) => {
    const value = Buffer.from(JSON.stringify(payload)).toString('base64')
    return `__Host-iam_auth=${value}; __Host-iam_auth.sig=${signature(`__Host-iam_auth=${value}`)}`
  }
  const hmac = (algorithm: string, key: string) => (pair: string) =>
    createHmac(algorithm, key).update(pair).digest('base64url')

  test('with another end, owner or origin under the old signature', async () => {
    const service = await startInstance()
    const cookie = await logInAt(service)
    const { payload } = payloadOf(cookie)
    const signature = /\.sig=(.*)$/.exec(cookie)?.[1] ?? ''
    const bob = aws.state.user('bob')
    const claims = [{ exp: 4102444800 }, { arn: bob.arn, uid: bob.userId }, { sid: 'x' }, { iat: 0 }, { v: 2 }, {}]
    for (const claim of claims.slice(0, -1)) {
      expect(
        await statusAt(
          service,
          seal({ ...payload, ...claim }, () => signature),
        ),
        JSON.stringify(claim),
      ).toBe(401)
    }
    expect(
      await statusAt(
        service,
        seal({ ...payload, ...claims.at(-1) }, () => signature),
      ),
    ).toBe(200)
  })

  test('signed by an application that uses the same secret for cookies of its own', async () => {
    const service = await startInstance()
    const { payload } = payloadOf(await logInAt(service))
    for (const algorithm of ['sha1', 'sha256', 'sha512']) {
      expect(await statusAt(service, seal(payload, hmac(algorithm, SECRET))), algorithm).toBe(401)
    }
    expect(
      await statusAt(
        service,
        seal(payload, () => ''),
      ),
    ).toBe(401)
  })

  test('put together from two sessions, or from a session and a challenge', async () => {
    const service = await startInstance()
    const [mine, theirs] = [await logInAt(service), await logInAt(service, 'bob')]
    const [value, signature] = [mine.split('; ')[0], theirs.split('; ')[1]]
    const { headers } = await prepareLogin(service, { origin: ORIGIN })
    const challenge = headers.cookie.replace('iam_auth_c', 'iam_auth')
    const [, id = '', mac = ''] = /=([^.]+)\.[^.]+\.(.*)$/.exec(headers.cookie) ?? []
    const renamed = mine.replaceAll('__Host-iam_auth', 'iam_auth')
    const attempts = [
      `${value}; ${signature}`,
      challenge,
      `__Host-iam_auth=${id}; __Host-iam_auth.sig=${mac}`,
      renamed,
      mine.replace('.sig', '.SIG'),
      mine.replace('__Host-', '__host-'),
      `"${mine}"`,
      mine.replace(/=([^;]+);/, '="$1";'),
      mine.replace(/=([^;]+);/, '=$1=;'),
      mine.replaceAll('; ', ', '),
    ]
    for (const cookie of attempts) expect(await statusAt(service, cookie), cookie).toBe(401)
  })

  test('beside another of its name, whichever comes first: it is nobody, and never the other one', async () => {
    const service = await startInstance()
    const [mine, theirs] = [await logInAt(service), await logInAt(service, 'bob')]
    for (const cookie of [`${mine}; ${theirs}`, `${theirs}; ${mine}`, `${mine}; ${theirs.split('; ')[0]}`]) {
      expect(await statusAt(service, cookie)).toBe(401)
    }
    const split = await send(`${service.url}/`, { headers: { host: 'wiki.example.com', cookie: [mine, theirs] } })
    expect(split.status).toBe(401)
  })

  test('of another service with the same secret, or of the same on another port, name or scheme', async () => {
    const service = await start()
    const { cookie } = await logIn(service)
    const elsewhere = await start()
    const status = async (url: string, host: string) => (await send(`${url}/`, { headers: { host, cookie } })).status
    const { host, port } = new URL(service.url)
    expect(await status(service.url, host)).toBe(200)
    expect(await status(elsewhere.url, new URL(elsewhere.url).host)).toBe(401)
    expect(await status(service.url, `localhost:${port}`)).toBe(401)
    const secure = await start({ origin: service.url.replace('http:', 'https:') })
    expect(await status(secure.url, host)).toBe(401)
    const prefixed = cookie.replaceAll('iam_auth', '__Host-iam_auth')
    expect((await send(`${secure.url}/`, { headers: { host, cookie: prefixed } })).status).toBe(401)
  })
})

describe('a clock that is wrong', () => {
  let proxy: TestProxy
  beforeAll(async () => {
    proxy = await startProxy(aws, forFile)
  })

  test.each([
    [240, 200],
    [-240, 200],
    [960, 401],
    [-960, 401],
  ])('by %i seconds at the service: %i through the proxy', async (seconds, status) => {
    const service = await start()
    service.clock.advance(seconds)
    expect(await visitThrough(proxy.url, service.url)).toMatchObject({ status })
    if (status === 401) expect(tally(aws)['Decrypt']).toBeUndefined()
  })

  test('by 16 minutes at the client, or on purpose: refused before STS is asked', async () => {
    const service = await start()
    for (const minutes of [-16, -6, 6, 16]) {
      const date = new Date(service.clock.ms + minutes * 60_000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
      const login = await prepareLogin(service, { twists: { date: `${date}Z` } })
      expect(await postLogin(service, login)).toMatchObject({ status: 403 })
    }
    expect(new Set(refusals(service))).toEqual(new Set(['ERR_IAM_PROOF_DATE']))
  })

  test('at one of two instances: what the other made in its future, beyond a minute, is not taken', async () => {
    const [ahead, behind] = [await startInstance(), await startInstance()]
    ahead.clock.advance(30)
    expect(await statusAt(behind, await logInAt(ahead))).toBe(200)
    ahead.clock.advance(60)
    expect(await statusAt(behind, await logInAt(ahead))).toBe(401)
    const future = await prepareLogin(ahead, { origin: ORIGIN })
    expect(await postLogin(behind, future)).toMatchObject({ status: 403 })
    expect(refusals(behind)).toEqual(['ERR_IAM_CHALLENGE_EXPIRED'])
  })
})

describe.skipIf(isMissing(chromiumPath, 'Chromium'))('nobody is logged out by a page of another site', () => {
  let victim: Victim
  beforeAll(async () => {
    victim = await startVictim(forFile)
  })

  const attacks: [name: string, script: (url: string) => string][] = [
    [
      'a form',
      (url) =>
        `document.body.innerHTML = '<form method=post action="${url}" target=f></form><iframe name=f>'; document.forms[0].submit()`,
    ],
    [
      'a form in a new tab',
      (url) =>
        `document.body.innerHTML = '<form method=post action="${url}" target=_blank></form>'; document.forms[0].submit()`,
    ],
    ['an opaque fetch', (url) => `fetch('${url}', { method: 'POST', mode: 'no-cors', credentials: 'include' })`],
    ['a fetch', (url) => `fetch('${url}', { method: 'POST', credentials: 'include' })`],
    [
      'a fetch with a header',
      (url) => `fetch('${url}', { method: 'POST', credentials: 'include', headers: { 'x-a': '1' } })`,
    ],
    ['a beacon', (url) => `navigator.sendBeacon('${url}', 'x')`],
    ['an image', (url) => `new Image().src = '${url}'`],
    ['a link', (url) => `open('${url}')`],
    [
      'a frame without an origin',
      (url) =>
        `document.body.innerHTML = '<iframe sandbox="allow-scripts allow-forms" srcdoc="<form method=post action=${url}></form><script>document.forms[0].submit()</script>">'`,
    ],
  ]

  test.each(['http', 'https'])('over %s, from a sibling of its own name or from elsewhere', async (scheme) => {
    const service = await victim.serviceAt(`${scheme}://wiki.example.test`)
    const { cookie } = await logIn(service, { origin: service.origin })
    for (const hostile of [`${scheme}://evil.example.test`, `${scheme}://evil.test`]) {
      await victim.pageAt(hostile)
      const page = await victim.open()
      await giveCookies(page.context(), cookie, service.origin)
      for (const [name, script] of attacks) {
        await page.goto(hostile)
        const before = service.arrived.length
        await page.evaluate(`void setTimeout(() => { ${script(`${service.origin}/auth/logout`)} })`)
        await until(`${name} arrives`, () => service.arrived.length > before)
      }
      expect(await (await page.goto(`${service.origin}/`))?.text()).toBe(`${aws.state.user('alice').arn}\n`)
    }
    expect(service.log.filter(({ message }) => message === 'logout')).toEqual([])
    expect(service.log.filter(({ message }) => message === 'login')).toHaveLength(1)
  })
})
