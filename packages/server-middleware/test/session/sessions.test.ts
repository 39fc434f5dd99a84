import { afterEach, describe, expect, it } from 'vitest'
import { logIn } from '../support/client.js'
import { send } from '../support/http.js'
import { SECRET, startService, type TestService, type TestServiceOptions } from '../support/service.js'

const started: TestService[] = []
async function start(options: TestServiceOptions = {}): Promise<TestService> {
  const service = await startService(options)
  started.push(service)
  return service
}
afterEach(() => Promise.all(started.splice(0).map((service) => service.close())))

const NEWER = 'the secret that comes after it'

async function whoIs({ url }: TestService, cookie: string, headers: Record<string, string> = {}) {
  const { status, text } = await send(`${url}/who`, { headers: { cookie, ...headers } })
  return status === 200 ? (JSON.parse(text) as { iam: { arn: string; sid: string } }).iam.arn : status
}

/** Another instance of the same service: its origin is configured, so that both have the same. */
function sharing(first: TestService, options: TestServiceOptions): Promise<TestService> {
  return start({ aws: first.aws, deps: { now: () => first.clock.ms }, ...options })
}

describe('a session', () => {
  it('is a signed cookie that no script reads and no other site sends', async () => {
    const { answer } = await logIn(await start())
    expect(answer.setCookies).toEqual([
      expect.stringMatching(/^iam_auth=[\w+/=-]+; path=\/; expires=[^;]+; samesite=lax; httponly$/),
      expect.stringMatching(/^iam_auth\.sig=[\w-]{43}; path=\/; expires=[^;]+; samesite=lax; httponly$/),
      'iam_auth_c=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    ])
  })

  it('on https has the prefix and Secure, also where a load balancer ends TLS', async () => {
    const service = await start({ origin: 'https://wiki.example.com' })
    const { answer, cookie } = await logIn(service, { origin: 'https://wiki.example.com' })
    expect(answer.setCookies).toEqual([
      expect.stringMatching(/^__Host-iam_auth=[\w+/=-]+; path=\/; expires=[^;]+; samesite=lax; secure; httponly$/),
      expect.stringMatching(/^__Host-iam_auth\.sig=[\w-]{43}; path=\/; expires=[^;]+; samesite=lax; secure; httponly$/),
      '__Host-iam_auth_c=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax',
    ])
    expect(await whoIs(service, cookie, { host: 'wiki.example.com' })).toBe(service.aws.state.user('alice').arn)
  })

  it('asks nothing of AWS, and goes on while AWS is down', async () => {
    const service = await start()
    const { cookie } = await logIn(service)
    service.aws.resetCalls()
    service.aws.fault({ kind: 'drop' })
    expect(await whoIs(service, cookie)).toBe(service.aws.state.user('alice').arn)
    expect(service.calls()).toEqual([])
  })

  it('of another instance may begin a minute ahead of this one’s clock, and no more', async () => {
    const service = await start()
    const { cookie } = await logIn(service)
    service.clock.advance(-59)
    expect(await whoIs(service, cookie)).toBe(service.aws.state.user('alice').arn)
    service.clock.advance(-3)
    expect(await whoIs(service, cookie)).toBe(401)
  })

  it('ends by the clock of the service, whatever the browser still sends', async () => {
    const service = await start({ sessionSeconds: 600 })
    const { cookie } = await logIn(service)
    service.clock.advance(599)
    expect(await whoIs(service, cookie)).toBe(service.aws.state.user('alice').arn)
    service.clock.advance(1)
    expect(await whoIs(service, cookie)).toBe(401)
  })

  it('has an id of its own each time', async () => {
    const service = await start()
    const sids = await Promise.all(
      [logIn(service), logIn(service)].map(async (login) => {
        const { text } = await send(`${service.url}/who`, { headers: { cookie: (await login).cookie } })
        return JSON.parse(text).iam.sid as string
      }),
    )
    expect(new Set(sids).size).toBe(2)
    expect(sids[0]).toMatch(/^[\w-]{22}$/)
  })

  it.each([
    ['a changed value', (cookie: string) => cookie.replace('iam_auth=ey', 'iam_auth=eY')],
    ['a changed signature', (cookie: string) => cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['no signature', (cookie: string) => cookie.split('; ')[0] ?? ''],
    ['no value', (cookie: string) => cookie.split('; ')[1] ?? ''],
    ['two values', (cookie: string) => `${cookie}; iam_auth=x`],
    ['two values, the other one first', (cookie: string) => `iam_auth=x; ${cookie}`],
    ['two signatures', (cookie: string) => `${cookie}; iam_auth.sig=x`],
    ['the same twice', (cookie: string) => `${cookie}; ${cookie}`],
    ['another name', (cookie: string) => cookie.replaceAll('iam_auth', '__Host-iam_auth')],
  ])('with %s is none', async (_, change) => {
    const service = await start()
    const { cookie } = await logIn(service)
    expect(await whoIs(service, change(cookie))).toBe(401)
    expect(await whoIs(service, cookie)).toBe(service.aws.state.user('alice').arn)
    expect(await whoIs(service, change(cookie))).toBe(401)
  })

  it('is found among other cookies, also such as look like it', async () => {
    const service = await start()
    const { cookie } = await logIn(service)
    expect(await whoIs(service, `a=1; xiam_auth=2; b=iam_auth=3;${cookie};  c=4`)).toMatch(/alice$/)
  })

  it('is of one origin: the cookie of another port arrives here too', async () => {
    const service = await start()
    const { cookie } = await logIn(service)
    const neighbour = await sharing(service, {})
    expect(await whoIs(neighbour, cookie)).toBe(401)
    expect(await whoIs(service, cookie, { host: `localhost:${new URL(service.url).port}` })).toBe(401)
  })

  it('is good on every instance with the same secret', async () => {
    const origin = 'https://wiki.example.com'
    const first = await start({ origin })
    const second = await sharing(first, { origin })
    const { cookie } = await logIn(first, { origin })
    expect(await whoIs(second, cookie, { host: 'wiki.example.com' })).toMatch(/alice$/)
  })

  it('outlives a new secret, but not the loss of its own', async () => {
    const origin = 'https://wiki.example.com'
    const first = await start({ origin })
    const { cookie } = await logIn(first, { origin })
    const rotated = await sharing(first, { origin, secrets: [NEWER, SECRET] })
    const finished = await sharing(first, { origin, secrets: [NEWER] })
    const host = { host: 'wiki.example.com' }
    expect(await whoIs(rotated, cookie, host)).toMatch(/alice$/)
    expect(await whoIs(finished, cookie, host)).toBe(401)
  })

  it('is over where it is older than the option says', async () => {
    const origin = 'https://wiki.example.com'
    const first = await start({ origin })
    const { cookie } = await logIn(first, { origin })
    const host = { host: 'wiki.example.com' }
    const at = (ms: number) => ({ origin, sessionsNotBefore: new Date(ms) })
    expect(await whoIs(await sharing(first, at(first.clock.ms - 2000)), cookie, host)).toMatch(/alice$/)
    expect(await whoIs(await sharing(first, at(first.clock.ms + 2000)), cookie, host)).toBe(401)
    expect(await whoIs(await sharing(first, { origin, sessionSeconds: 60 }), cookie, host)).toBe(401)
  })

  it('is over where the rules no longer admit its owner', async () => {
    const origin = 'https://wiki.example.com'
    const first = await start({ origin })
    const { cookie } = await logIn(first, { origin })
    const stricter = await sharing(first, { origin, allow: { users: ['arn:aws:iam::123456789012:user/bob'] } })
    expect(await whoIs(stricter, cookie, { host: 'wiki.example.com' })).toBe(401)
  })

  it("leaves the application's own req.session alone", async () => {
    const { default: cookieSession } = await import('cookie-session')
    const service = await start({
      before: (app) => app.use(cookieSession({ name: 'own', secret: 'of the application' })),
      after: (app) =>
        app.get('/count', (req, res) => {
          const session = req.session as { count?: number }
          session.count = (session.count ?? 0) + 1
          res.json(session)
        }),
    })
    const { cookie } = await logIn(service)
    const { text, setCookies } = await send(`${service.url}/count`, { headers: { cookie } })
    expect(JSON.parse(text)).toEqual({ count: 1 })
    expect(setCookies.map((line) => line.split('=')[0])).toEqual(['own', 'own.sig'])
  })

  it('cannot be brought along by a client', async () => {
    const service = await start({
      before: (app) => app.use((req, _, next) => next(void Object.assign(req, { iam: {} }))),
    })
    expect((await send(`${service.url}/who`, { headers: { iam: 'x', 'x-iam': 'x' } })).status).toBe(401)
  })
})
