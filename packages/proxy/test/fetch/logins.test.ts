import { describe, expect, it } from 'vitest'
import { FIRST_LOGIN, NOTHING, ONE_LOGIN, tally } from '../../../../test/support/aws-tally.js'
import { thisTest } from '../../../../test/support/cleanup.js'
import { createSetting } from './setting.js'

const { aws, iamFetch, startService } = await createSetting()
const alice = aws.state.user('alice').arn

describe('a fetch of a program’s own', () => {
  it('is logged in where a service asks for it, and keeps the session', async () => {
    const service = await startService(thisTest)
    const fetch = iamFetch()
    const response = await fetch(`${service.url}/api/me`)
    expect([response.status, await response.json()]).toEqual([200, { arn: alice }])
    expect(response).toMatchObject({ url: `${service.url}/api/me`, redirected: false })
    expect(tally(aws)).toEqual(FIRST_LOGIN)
    expect(service.arrived).toEqual(['GET /api/me', 'POST /auth', 'GET /api/me'])
    aws.resetCalls()
    expect(await (await fetch(`${service.url}/`)).text()).toBe(`${alice}\n`)
    expect(tally(aws)).toEqual(NOTHING)
    expect(service.arrived).toHaveLength(4)
  })

  it('logs in once for twenty calls at a time', async () => {
    const service = await startService(thisTest)
    const fetch = iamFetch()
    const responses = await Promise.all(Array.from({ length: 20 }, (_, n) => fetch(`${service.url}/echo?${n}`)))
    expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(tally(aws)).toEqual(FIRST_LOGIN)
    expect(service.arrived.filter((line) => line === 'POST /auth')).toHaveLength(1)
  })

  it('is who its credentials say: a session of a role, such as a service has', async () => {
    const service = await startService(thisTest)
    const session = aws.issueSession({ role: 'developer', sessionName: 'orders' })
    const response = await iamFetch({}, session)(`${service.url}/api/me`)
    expect(await response.json()).toEqual({ arn: session.arn })
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  it('asks for credentials again before they expire, and no more often', async () => {
    const service = await startService(thisTest)
    const asked: number[] = []
    const credentials = async () => {
      asked.push(Date.now())
      return { ...aws.issueSession({ role: 'developer' }), expiration: new Date(Date.now() + 60_000) }
    }
    const fetch = iamFetch({ credentials })
    await fetch(service.url)
    const other = await startService(thisTest)
    expect((await fetch(other.url)).status).toBe(200)
    expect(asked).toHaveLength(1)
    expect(tally(aws)).toEqual({ Decrypt: 2, Encrypt: 2, GetCallerIdentity: 3 })
  })

  it('keeps a session for each origin, and shows it to no other', async () => {
    const [one, two] = [await startService(thisTest), await startService(thisTest)]
    const fetch = iamFetch()
    await fetch(one.url)
    await fetch(two.url)
    const cookieAt = async (url: string) => ((await (await fetch(`${url}/echo`)).json()) as Echo).headers.cookie
    const cookies = [await cookieAt(one.url), await cookieAt(two.url)]
    expect(cookies[0]).toMatch(/^iam_auth=/)
    expect(cookies[1]).toMatch(/^iam_auth=/)
    expect(cookies[0]).not.toBe(cookies[1])
  })

  it('adds its session to the cookies that the program sends', async () => {
    const service = await startService(thisTest)
    const fetch = iamFetch()
    for (const _ of [1, 2]) {
      const echo = (await (await fetch(`${service.url}/echo`, { headers: { cookie: 'theme=dark' } })).json()) as Echo
      expect(echo.headers.cookie).toMatch(/^theme=dark; iam_auth=/)
    }
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  it('logs in once for twenty calls whose session the service does not take any more', async () => {
    const service = await startService(thisTest)
    const fetch = iamFetch()
    await fetch(service.url)
    expect((await fetch(`${service.url}/auth/logout`, { method: 'POST' })).status).toBe(204)
    aws.resetCalls()
    const responses = await Promise.all(Array.from({ length: 20 }, () => fetch(service.url)))
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  it('leaves answers that are no challenge as they are', async () => {
    const service = await startService(thisTest, {
      before: (app) =>
        void app.get('/basic', (_req, res) => void res.status(401).set('WWW-Authenticate', 'Basic').end()),
    })
    const fetch = iamFetch()
    const response = await fetch(`${service.url}/basic`)
    expect([response.status, fetch.refusalOf(response)]).toEqual([401, undefined])
    expect((await fetch(`${service.url}/public`)).status).toBe(200)
    expect(await (await fetch('data:text/plain,hello')).text()).toBe('hello')
    await expect(fetch('/relative')).rejects.toThrow(TypeError)
    expect(tally(aws)).toEqual(NOTHING)
  })
})

interface Echo {
  readonly headers: Record<string, string>
}
