import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createChallenges } from '../../src/challenges.js'
import { memoryStore } from '../../src/index.js'
import { deriveKeys } from '../../src/secrets.js'
import { logIn, prepareLogin } from '../support/client.js'
import { send } from '../support/http.js'
import { expectRefusal, type Refusal, startOpenService } from '../support/refusals.js'
import { SECRET, startService, type TestService } from '../support/service.js'

/** A challenge cookie as an instance with this secret and origin makes it. */
function cookieOf({ clock, url }: TestService, { secret = SECRET, origin = url } = {}): string {
  const keys = [deriveKeys(secret)] as const
  const challenges = createChallenges({ keys, now: () => clock.ms, randomBytes: (length) => new Uint8Array(length) })
  return `iam_auth_c=${challenges.formatCookie(challenges.mint(), origin)}`
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The same bytes to a lenient decoder: the last of 43 characters holds two bits of nothing. */
function respell(cookie: string): string {
  return cookie.slice(0, -1) + BASE64URL[BASE64URL.indexOf(cookie.at(-1) ?? '') + 1]
}

const COOKIES: readonly Refusal[] = (
  [
    ['none', 'COOKIE', () => undefined],
    ['two of one name', 'COOKIE', (cookie, service) => `${cookie}; ${cookieOf(service)}`],
    ['the same twice', 'COOKIE', (cookie) => `${cookie}; ${cookie}`],
    ["the twin of https beside http's", 'COOKIE', (cookie) => `${cookie}; __Host-${cookie}`],
    ["the twin of https in http's place", 'COOKIE', (cookie) => `__Host-${cookie}`],
    ['malformed', 'COOKIE', () => 'iam_auth_c=abc'],
    ['a changed MAC', 'MAC', (cookie) => cookie.replace(/.{3}$/, 'AAA')],
    ['its MAC in another spelling', 'COOKIE', respell],
    ['a changed id', 'MAC', (cookie) => cookie.replace(/=..../, '=AAAA')],
    ['an unknown kid', 'MAC', (cookie) => cookie.replace(/\.[^.]{8}\./, '.AAAAAAAA.')],
    ['of another secret', 'MAC', (_, service) => cookieOf(service, { secret: 'not the secret of this service' })],
    ['of another origin', 'MAC', (_, service) => cookieOf(service, { origin: 'http://localhost:1' })],
    ['of another challenge', 'MISMATCH', (_, service) => cookieOf(service)],
  ] as [string, string, (cookie: string, service: TestService) => string | undefined][]
).map(([name, code, change]) => ({
  name,
  change: ({ cookie }: { cookie: string }, service: TestService) => ({ headers: { cookie: change(cookie, service) } }),
  status: 403,
  code: `ERR_IAM_CHALLENGE_${code}`,
}))

const TIMES: readonly Refusal[] = [120, 3600, -61, -3600].map((seconds) => ({
  name: `${seconds} seconds after it was made`,
  change: (_: unknown, { clock }: TestService) => {
    clock.advance(seconds)
    return undefined
  },
  status: 403,
  code: 'ERR_IAM_CHALLENGE_EXPIRED',
}))

describe("a login is refused for its challenge's sake: no call to AWS", () => {
  let service: TestService
  let startedAt: number
  beforeAll(async () => {
    service = await startOpenService()
    startedAt = service.clock.ms
  })
  afterAll(() => service.close())
  beforeEach(() => {
    service.clock.ms = startedAt
  })

  it.each(COOKIES)('cookie: $name', (row) => expectRefusal(service, row))
  it.each(TIMES)('time: $name', (row) => expectRefusal(service, row))
  it.each([119, -60])('is taken %i seconds after its challenge was made', async (seconds) => {
    const { headers, body } = await prepareLogin(service)
    service.clock.advance(seconds)
    const answer = await send(`${service.url}/auth`, { method: 'POST', headers, body })
    expect([answer.status, service.calls()]).toEqual([204, ['Decrypt', 'GetCallerIdentity']])
  })

  it('used a second time', async () => {
    await expectRefusal(service, {
      name: 'used',
      change: async (attempt) => {
        const { method, headers, body } = attempt
        const sent = { method, headers: headers as Record<string, string>, body: String(body) }
        expect((await send(`${service.url}/auth`, sent)).status).toBe(204)
        service.aws.resetCalls()
        return undefined
      },
      status: 403,
      code: 'ERR_IAM_CHALLENGE_USED',
    })
  })

  it('used by twenty at once: one gets in', async () => {
    const { headers, body } = await prepareLogin(service)
    const sent = () => send(`${service.url}/auth`, { method: 'POST', headers, body })
    const statuses = (await Promise.all(Array.from({ length: 20 }, sent))).map(({ status }) => status)
    expect(statuses.filter((status) => status === 204)).toHaveLength(1)
    expect(service.calls()).toEqual(['Decrypt', 'GetCallerIdentity'])
  })
})

describe('a service of several instances', () => {
  it('takes the challenge of another one, also with a secret that is on its way out, and once', async () => {
    const origin = 'https://wiki.example.com'
    const store = memoryStore()
    const first = await startService({ origin, store })
    const second = await startService({
      origin,
      store,
      aws: first.aws,
      secrets: ['the secret that comes after it', SECRET],
    })
    const stranger = await startService({ origin, aws: first.aws, secrets: ['the secret that comes after it'] })
    const { headers, body } = await prepareLogin(first, { origin })
    const post = async ({ url }: TestService) => (await send(`${url}/auth`, { method: 'POST', headers, body })).status
    expect([await post(stranger), stranger.codes()]).toEqual([403, ['ERR_IAM_CHALLENGE_MAC']])
    expect(await post(second)).toBe(204)
    expect([await post(first), first.codes()]).toEqual([403, ['ERR_IAM_CHALLENGE_USED']])
    for (const service of [first, second, stranger]) await service.close()
  })

  it('is 503 while their store is down, and the challenge stays good', async () => {
    const memory = memoryStore()
    const state = { isDown: true }
    const consume = async (id: string, until: number) => {
      if (state.isDown) throw new Error('connection lost')
      return memory.consume(id, until)
    }
    const service = await startService({ store: { consume, used: memory.used } })
    const { headers, body } = await prepareLogin(service)
    const post = () => send(`${service.url}/auth`, { method: 'POST', headers, body })
    const { status, setCookies } = await post()
    expect([status, setCookies, service.codes(), service.calls()]).toEqual([503, [], ['ERR_IAM_STORE_UNAVAILABLE'], []])
    state.isDown = false
    expect((await post()).status).toBe(204)
    await service.close()
  })
})

describe('the rate of logins', () => {
  it('is limited per address, behind the cookie, and a refused one consumes nothing', async () => {
    const service = await startService({ rateLimit: { perSecond: 1, burst: 1 } })
    await logIn(service)
    const { headers, body } = await prepareLogin(service)
    const post = () => send(`${service.url}/auth`, { method: 'POST', headers, body })
    const { status, headers: answered, setCookies } = await post()
    expect([status, answered['retry-after'], setCookies, service.codes()]).toEqual([
      429,
      '1',
      [],
      ['ERR_IAM_RATE_LIMIT'],
    ])
    expect(service.calls()).toEqual([])
    const { cookie: _, ...cookieless } = headers
    expect((await send(`${service.url}/auth`, { method: 'POST', headers: cookieless, body })).status).toBe(403)
    service.clock.advance(1)
    expect((await post()).status).toBe(204)
    await service.close()
  })
})
