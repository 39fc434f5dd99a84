import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logIn } from '../support/client.js'
import { send } from '../support/http.js'
import { startService, type TestService } from '../support/service.js'

describe('logout', () => {
  let service: TestService
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => service.close())

  const logOut = (cookie: string, headers: Record<string, string> = {}) =>
    send(`${service.url}/auth/logout`, { method: 'POST', headers: { cookie, ...headers } })
  const statusWith = async (cookie: string) => (await send(`${service.url}/`, { headers: { cookie } })).status

  it('ends the session on the server too, and takes its cookies away', async () => {
    const { cookie } = await logIn(service)
    const other = await logIn(service)
    const answer = await logOut(cookie, { origin: service.url })
    expect([answer.status, answer.text, answer.headers['cache-control']]).toEqual([204, '', 'no-store'])
    expect(answer.setCookies).toEqual([
      'iam_auth=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; samesite=lax; httponly',
      expect.stringMatching(
        /^iam_auth\.sig=[^;]+; path=\/; expires=Thu, 01 Jan 1970 00:00:00 GMT; samesite=lax; httponly$/,
      ),
    ])
    expect(await statusWith(cookie)).toBe(401)
    expect(await statusWith(other.cookie)).toBe(200)
    expect(service.log.find(({ message }) => message === 'logout')).toMatchObject({
      arn: service.aws.state.user('alice').arn,
    })
  })

  it('is a page for somebody in a browser', async () => {
    const { cookie } = await logIn(service)
    const answer = await logOut(cookie, {
      accept: 'text/html',
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'navigate',
    })
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await statusWith(cookie)).toBe(401)
  })

  it('without a session is the same', async () => {
    const { status, setCookies } = await logOut('')
    expect([status, setCookies.length]).toEqual([204, 2])
  })

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('is nothing that another site can ask for: %j', async (headers) => {
    const { cookie } = await logIn(service)
    const answer = await logOut(cookie, headers as Record<string, string>)
    expect([answer.status, answer.setCookies]).toEqual([403, []])
    expect(await statusWith(cookie)).toBe(200)
  })

  it('is a POST', async () => {
    const { cookie } = await logIn(service)
    const answer = await send(`${service.url}/auth/logout`, { headers: { cookie } })
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST'])
    expect(await statusWith(cookie)).toBe(200)
  })
})

describe('a store that fails', () => {
  it('is 503 for a session, whose revocation cannot be known, and for a logout', async () => {
    const used = { answers: true }
    const fail = () => {
      throw new Error('connection lost')
    }
    const store = { consume: () => true, used: () => (used.answers ? false : fail()) }
    const service = await startService({ store, publicPaths: ['/public'] })
    const { cookie } = await logIn(service)
    used.answers = false
    for (const path of ['/', '/auth/logout']) {
      const answer = await send(service.url + path, { method: path === '/' ? 'GET' : 'POST', headers: { cookie } })
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5'])
    }
    expect(service.codes()).toEqual(['ERR_IAM_STORE_UNAVAILABLE', 'ERR_IAM_STORE_UNAVAILABLE'])
    expect((await send(`${service.url}/public`, { headers: { cookie } })).status).toBe(200)
    await service.close()
  })
})
