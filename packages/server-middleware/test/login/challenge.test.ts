import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { credentialsOf, logIn, readChallenge, sealSessionToken } from '../support/client.js'
import { cookiesOf, send } from '../support/http.js'
import { startService, type TestService } from '../support/service.js'

function decodeContext(header: unknown): unknown {
  return JSON.parse(Buffer.from(String(header), 'base64').toString())
}

describe('the 401 of a service that offers version 2 alone', () => {
  let service: TestService
  beforeAll(async () => {
    service = await startService({ salt: 'pepper', stsRegions: ['us-east-1', 'eu-west-1'] })
  })
  afterAll(() => service.close())

  it('carries the challenge, the context and the cookie of one id, and no key header', async () => {
    const answer = await send(`${service.url}/a?b=c`)
    const { bound, key, realm, version } = readChallenge(answer, service.url, service.clock.ms)
    const id = bound.challenge
    expect(answer.status).toBe(401)
    expect({
      realm,
      version,
      key: key.arn,
      versions: bound.rawVersions,
      regions: bound.stsRegions,
      auth: bound.rawAuthPath,
    }).toEqual({
      realm: '123456789012',
      version: 2,
      key: service.aws.state.key().arn,
      versions: '2',
      regions: ['us-east-1', 'eu-west-1'],
      auth: '/auth',
    })
    expect(decodeContext(answer.headers['iam-auth-kms-encryption-context'])).toEqual({
      'iam-auth-v': '2',
      'iam-auth-origin': service.url,
      'iam-auth-challenge': id,
      'iam-auth-realm': '123456789012',
      salt: 'pepper',
    })
    expect(answer.headers['iam-auth-kms-key-id']).toBeUndefined()
    expect(answer.setCookies).toEqual([
      expect.stringMatching(
        new RegExp(`^iam_auth_c=${id}\\.[\\w-]{8}\\.[\\w-]{43}; Max-Age=120; Path=/; HttpOnly; SameSite=Lax$`),
      ),
    ])
    expect(service.calls()).toEqual([])
  })

  it('is one line of WWW-Authenticate, for the sake of the original client', async () => {
    const { rawHeaders } = await send(`${service.url}/`)
    expect(rawHeaders.filter((name) => name.toLowerCase() === 'www-authenticate')).toHaveLength(1)
  })

  it('has a new id every time, whatever cookie came', async () => {
    const first = await send(`${service.url}/`)
    const second = await send(`${service.url}/`, { headers: { cookie: cookiesOf(first.setCookies) } })
    expect(second.setCookies).not.toEqual(first.setCookies)
  })

  it('is a page for people, without anything that loads or runs', async () => {
    const { headers, text, status } = await send(`${service.url}/`, { headers: { accept: 'text/html,*/*;q=0.8' } })
    expect([status, headers['content-type']]).toEqual([401, 'text/html; charset=utf-8'])
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; frame-ancestors 'none'/),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'www-authenticate': expect.stringMatching(/^IAM realm="123456789012", v="2", /),
    })
    expect(text).toContain('iam-auth-proxy')
    expect(text).not.toMatch(/<(?:script|link|img|iframe)|https?:\/\/(?!127\.0\.0\.1)/)
  })

  it.each([
    {},
    { accept: 'application/json' },
    { accept: 'text/html', 'x-requested-with': 'XMLHttpRequest' },
    { accept: 'text/html', 'sec-fetch-mode': 'cors' },
  ])('is JSON for a program: %j', async (headers) => {
    const answer = await send(`${service.url}/`, { headers })
    expect([answer.status, answer.headers['content-type']]).toEqual([401, 'application/json; charset=utf-8'])
    expect(JSON.parse(answer.text)).toEqual({ error: 'login_required', message: expect.any(String) })
    expect(answer.headers['www-authenticate']).toMatch(/^IAM /)
  })

  it('leaves cookies that the application sets in place', async () => {
    const other = await startService({
      before: (app) => app.use((_, res, next) => next(void res.cookie('own', '1'))),
    })
    expect((await send(`${other.url}/`)).setCookies).toEqual(['own=1; Path=/', expect.stringMatching(/^iam_auth_c=/)])
    await other.close()
  })
})

describe('the 401 of a service that also offers version 1', () => {
  let service: TestService
  beforeAll(async () => {
    service = await startService({ protocols: [1, 2] })
  })
  afterAll(() => service.close())

  const cookieAfter = async (cookie: string) =>
    cookiesOf((await send(`${service.url}/`, { headers: { cookie } })).setCookies)

  it('names the key in the header, and both versions', async () => {
    const { headers } = await send(`${service.url}/`)
    expect(headers['iam-auth-kms-key-id']).toBe(service.aws.state.key().arn)
    expect(headers['www-authenticate']).toMatch(/v="1 2"/)
    expect(headers['www-authenticate']).not.toMatch(/kms=/)
  })

  it('repeats the id of a valid cookie for as long as it has 30 seconds left', async () => {
    const first = await cookieAfter('')
    service.clock.advance(90)
    const answer = await send(`${service.url}/`, { headers: { cookie: first } })
    expect(cookiesOf(answer.setCookies)).toBe(first)
    expect(answer.setCookies[0]).toContain('Max-Age=30;')
    service.clock.advance(1)
    expect(await cookieAfter(first)).not.toBe(first)
  })

  it('has a new id where the cookie is not valid', async () => {
    const first = await cookieAfter('')
    expect(await cookieAfter(`${first}; ${first}`)).not.toBe(first)
    expect(await cookieAfter(first.replace(/.{3}$/, 'AAA'))).not.toBe(first)
  })

  it('has a new id where that one has been used', async () => {
    const { answer } = await logIn(service)
    expect(answer.status).toBe(204)
    const challenged = await send(`${service.url}/`)
    const cookie = cookiesOf(challenged.setCookies)
    const challenge = readChallenge(challenged, service.url, service.clock.ms)
    const token = await sealSessionToken('x'.repeat(200), challenge, credentialsOf(service), service)
    await send(`${service.url}/auth?return_url=/&token=${encodeURIComponent(token)}`, { headers: { cookie } })
    expect(await cookieAfter(cookie)).not.toBe(cookie)
  })
})
