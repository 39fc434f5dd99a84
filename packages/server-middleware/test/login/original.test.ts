import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Credentials,
  credentialsOf,
  logIn,
  prepareLogin,
  readChallenge,
  sealSessionToken,
} from '../support/client.js'
import { cookiesOf, send } from '../support/http.js'
import { startService, type TestService } from '../support/service.js'

function fail(): never {
  throw new Error('no database')
}

let service: TestService
beforeEach(async () => {
  service = await startService({ protocols: [1, 2] })
})
afterEach(() => service.close())

/** A token as the original client makes it, and the cookie of its challenge. */
async function prepareToken(given: { plaintext?: string; credentials?: Required<Credentials> } = {}) {
  const challenged = await send(`${service.url}/`)
  const challenge = readChallenge(challenged, service.url, service.clock.ms)
  const credentials = given.credentials ?? service.aws.issueSession({ user: 'alice' })
  const token = await sealSessionToken(given.plaintext ?? credentials, challenge, credentialsOf(service), service)
  service.aws.resetCalls()
  return { token, cookie: cookiesOf(challenged.setCookies), challenge }
}

function redeem(token: string, cookie: string | undefined, returnPath = '/', path = '/auth') {
  const query = `return_url=${encodeURIComponent(returnPath)}&token=${encodeURIComponent(token)}`
  return send(`${service.url}${path}?${query}`, cookie === undefined ? {} : { headers: { cookie } })
}

describe('a login of version 1', () => {
  it('opens a session and goes back, with one call to KMS and one to STS', async () => {
    const { token, cookie } = await prepareToken()
    const answer = await redeem(token, cookie, '/a?b=c')
    expect([answer.status, answer.headers.location]).toEqual([303, `${service.url}/a?b=c`])
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    expect(answer.text).toBe('')
    expect(service.calls()).toEqual(['Decrypt', 'GetCallerIdentity'])
    const page = await send(`${service.url}/`, { headers: { cookie: cookiesOf(answer.setCookies) } })
    expect([page.status, page.text]).toEqual([200, service.aws.state.user('alice').arn])
    expect(service.log.at(-1)).toMatchObject({ message: 'login', version: 1 })
  })

  it('of a client that drops the 401’s cookie: round once, with a cookie, then in', async () => {
    const first = await prepareToken()
    const bounced = await redeem(first.token, undefined, '/a?b=c')
    expect([bounced.status, bounced.headers.location]).toEqual([303, `${service.url}/a?b=c&__iam=1`])
    expect(service.calls()).toEqual([])
    const held = cookiesOf(bounced.setCookies)
    const challenged = await send(`${bounced.headers.location}`, { headers: { cookie: held } })
    const challenge = readChallenge(challenged, service.url, service.clock.ms)
    expect(cookiesOf(challenged.setCookies)).toBe(held)
    const session = service.aws.issueSession({ user: 'alice' })
    const token = await sealSessionToken(session, challenge, credentialsOf(service), service)
    const answer = await redeem(token, held, '/a?b=c&__iam=1')
    expect([answer.status, answer.headers.location]).toEqual([303, `${service.url}/a?b=c`])
  })

  it('of somebody of another account is refused', async () => {
    const users = [{ name: 'mallory' }]
    service.aws.state.addAccount({ id: '210987654321', users, roles: [], keys: [] })
    const credentials = service.aws.issueSession({ user: 'mallory', accountId: '210987654321' })
    const { token, cookie } = await prepareToken({ credentials })
    const answer = await redeem(token, cookie)
    expect([answer.status, service.codes()]).toEqual([403, ['ERR_IAM_ACCOUNT']])
  })

  it('of somebody whom no rule admits is refused', async () => {
    const { aws } = service
    const strict = await startService({ aws, protocols: [1, 2], allow: { users: [aws.state.user('server').arn] } })
    const [before, now] = [service, strict]
    service = now
    const { token, cookie } = await prepareToken()
    const answer = await redeem(token, cookie)
    expect([answer.status, strict.codes()]).toEqual([403, ['ERR_IAM_NOT_ALLOWED']])
    service = before
    await strict.close()
  })

  it('counts for the limit of its address', async () => {
    const { aws } = service
    const strict = await startService({ aws, protocols: [1, 2], rateLimit: { perSecond: 1, burst: 1 } })
    const before = service
    service = strict
    const [first, second] = [await prepareToken(), await prepareToken()]
    const answers = [await redeem(first.token, first.cookie), await redeem(second.token, second.cookie)]
    expect(answers.map(({ status }) => status)).toEqual([303, 429])
    expect(strict.calls()).toEqual(['Decrypt', 'GetCallerIdentity'])
    service = before
    await strict.close()
  })

  it('goes round once only: then cookies are off', async () => {
    const { token } = await prepareToken()
    const answer = await redeem(token, undefined, '/?__iam=1')
    expect([answer.status, service.codes(), service.calls()]).toEqual([403, ['ERR_IAM_BOUNCED'], []])
  })

  it('asks AWS nothing without a valid cookie', async () => {
    const { token, cookie } = await prepareToken()
    const invalid = [
      undefined,
      `${cookie}; ${cookie}`,
      cookie.replace(/.{4}$/, 'AAAA'),
      `__Host-${cookie}`,
      'iam_auth_c=x',
    ]
    for (const sent of invalid) expect((await redeem(token, sent)).status).toBe(303)
    service.clock.advance(120)
    expect((await redeem(token, cookie)).status).toBe(303)
    for (let flood = 0; flood < 100; flood++) await redeem(token, undefined)
    expect(service.calls()).toEqual([])
  })

  it('changes nothing for who is signed in: the token is not looked at', async () => {
    const session = (await logIn(service)).cookie
    const { token, cookie } = await prepareToken({ credentials: service.aws.issueSession({ user: 'server' }) })
    const answer = await redeem(token, `${cookie}; ${session}`, '/a?__iam=1')
    expect([answer.status, answer.headers.location, answer.setCookies]).toEqual([303, `${service.url}/a`, []])
    expect(service.calls()).toEqual([])
  })

  it("does not open another browser's token", async () => {
    const attacker = await prepareToken()
    const victim = await prepareToken()
    const answer = await redeem(attacker.token, victim.cookie)
    expect([answer.status, service.codes(), service.calls()]).toEqual([403, ['ERR_IAM_KMS_REFUSED'], ['Decrypt']])
    expect(cookiesOf(answer.setCookies)).toBe('')
  })

  it('is good once: by its challenge', async () => {
    const { token, cookie } = await prepareToken()
    await redeem(token, cookie)
    const again = await redeem(token, cookie)
    expect([again.status, service.codes()]).toEqual([403, ['ERR_IAM_CHALLENGE_USED']])
    expect(service.calls()).toEqual(['Decrypt', 'GetCallerIdentity'])
  })

  it('is good once: by its access key', async () => {
    const credentials = service.aws.issueSession({ user: 'alice' })
    const first = await prepareToken({ credentials })
    await redeem(first.token, first.cookie)
    const second = await prepareToken({ credentials })
    const again = await redeem(second.token, second.cookie)
    expect([again.status, service.codes(), service.calls()]).toEqual([403, ['ERR_IAM_ACCESS_KEY_USED'], ['Decrypt']])
  })

  it('is good once: by its access key, also where both come at the same time', async () => {
    const credentials = service.aws.issueSession({ user: 'alice' })
    const tokens = [await prepareToken({ credentials }), await prepareToken({ credentials })]
    const answers = await Promise.all(tokens.map(({ token, cookie }) => redeem(token, cookie)))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 403])
    expect(service.codes()).toEqual(['ERR_IAM_ACCESS_KEY_USED'])
  })

  it('leaves nothing behind of credentials that are not those of somebody who may come in', async () => {
    const remembered: string[] = []
    const consume = (id: string) => remembered.push(id) > 0
    const strict = await startService({ protocols: [1, 2], store: { consume, used: () => false }, aws: service.aws })
    const genuine = service
    service = strict
    const madeUp = { ...genuine.aws.issueSession({ user: 'alice' }), secretAccessKey: 'x'.repeat(40) }
    const { token, cookie } = await prepareToken({ credentials: madeUp })
    expect([(await redeem(token, cookie)).status, strict.codes()]).toEqual([403, ['ERR_IAM_STS_REFUSED']])
    expect(remembered).toEqual([expect.stringMatching(/^challenge:/)])
    service = genuine
    await strict.close()
  })

  it('never passes as one of version 2, nor the other way round', async () => {
    const { headers, body } = await prepareLogin(service)
    const { ek } = JSON.parse(body) as { ek: string }
    const dataKey = Buffer.from(ek, 'base64url').toString('base64')
    const answer = await redeem(dataKey, headers.cookie)
    expect([answer.status, service.codes()]).toEqual([403, ['ERR_IAM_SESSION_TOKEN_SCHEMA']])
    const { token, cookie, challenge } = await prepareToken()
    const sealed = { challenge: challenge.bound?.challenge, ek: Buffer.from(token, 'base64').toString('base64url') }
    const forged = JSON.stringify({ v: 2, ...sealed, iv: 'A'.repeat(16), ct: 'A'.repeat(40) })
    const posted = await send(`${service.url}/auth`, { method: 'POST', headers: { ...headers, cookie }, body: forged })
    expect([posted.status, service.codes().at(-1)]).toEqual([403, 'ERR_IAM_DATA_KEY'])
  })

  it('tells the operator that such clients are still there', async () => {
    const versions: number[] = []
    const counted = await startService({ protocols: [1, 2], onLogin: (_, { version }) => void versions.push(version) })
    await logIn(counted)
    expect(versions).toEqual([2])
    await counted.close()
  })

  it.each([
    ['throws', () => fail()],
    ['rejects', async () => fail()],
  ])('a hook that %s is a line in the log, and the login stands', async (_, onLogin) => {
    const hooked = await startService({ onLogin })
    expect((await logIn(hooked)).answer.status).toBe(204)
    expect(hooked.log.at(-1)).toMatchObject({ level: 'error', message: 'onLogin failed', cause: 'Error: no database' })
    await hooked.close()
  })
})

describe('a token of version 1', () => {
  it.each([
    ['missing', '?return_url=/'],
    ['empty', '?return_url=/&token='],
    ['twice', '?return_url=/&token=TOKEN&token=TOKEN'],
    ['an array', '?return_url=/&token[]=TOKEN'],
    ['an object', '?return_url=/&token[x]=TOKEN'],
    ['not base64', `?return_url=/&token=${'!'.repeat(400)}`],
    ['base64url', `?return_url=/&token=${'-_'.repeat(200)}`],
    ['not padded', `?return_url=/&token=${'A'.repeat(399)}`],
    ['of 100 bytes', `?return_url=/&token=${Buffer.alloc(100).toString('base64')}`],
    ['of 6145 bytes', `?return_url=/&token=${encodeURIComponent(Buffer.alloc(6145).toString('base64'))}`],
    ['beside two return paths', '?return_url=/&return_url=/a&token=TOKEN'],
  ])('that is %s is malformed', async (_, query) => {
    const { token, cookie } = await prepareToken()
    const sent = query.replaceAll('TOKEN', encodeURIComponent(token))
    const answer = await send(`${service.url}/auth${sent}`, { headers: { cookie } })
    expect([answer.status, service.codes(), service.calls()]).toEqual([400, ['ERR_IAM_QUERY'], []])
  })

  const json = (over: object) =>
    JSON.stringify({
      AccessKeyId: `ASIA${'A'.repeat(16)}`,
      Expiration: '2026-01-01T00:15:00Z',
      SecretAccessKey: 'x'.repeat(40),
      SessionToken: 'y'.repeat(100),
      ...over,
    })

  it.each([
    ['no JSON', 'x'.repeat(200)],
    ['an array', `[${json({})}]`],
    ['a byte order mark', `\ufeff${json({})}`],
    ['letters beyond ASCII', json({ Expiration: 'é' })],
    ['no secret', json({ SecretAccessKey: undefined })],
    ['a long-term key', json({ AccessKeyId: `AKIA${'A'.repeat(16)}` })],
    ['an empty session token', json({ SessionToken: '' })],
    ['a number', json({ SessionToken: 1 })],
    ['an endpoint', json({ endpoint: 'http://evil.example' })],
    ['a region', json({ region: 'evil' })],
    ['CR LF in the session token', json({ SessionToken: 'a\r\nx-amz-y: 1' })],
    ['NUL in the session token', json({ SessionToken: 'a\0b' })],
  ])('that holds %s is refused before STS', async (_, plaintext) => {
    const { token, cookie } = await prepareToken({ plaintext })
    const answer = await redeem(token, cookie)
    expect([answer.status, service.codes(), service.calls()]).toEqual([
      403,
      ['ERR_IAM_SESSION_TOKEN_SCHEMA'],
      ['Decrypt'],
    ])
  })
})

describe('the way back of version 1', () => {
  it.each([
    '//evil.com',
    '///evil.com',
    '/\\evil.com',
    '\\/evil.com',
    'https:evil.com',
    'https://evil.com/',
    'javascript:alert(1)',
    '/.//evil.com',
    '/..//evil.com',
    '/%2e//evil.com',
    '/a/%2e%2e//evil.com',
    '/\t/evil.com',
    '/auth',
    '/./auth',
    '/%61uth',
    '/auth?token=x',
    '',
  ])('of %j is the root', async (returnPath) => {
    const { token, cookie } = await prepareToken()
    expect((await redeem(token, cookie, returnPath)).headers.location).toBe(`${service.url}/`)
    expect((await redeem(token, undefined, returnPath)).headers.location).toBe(`${service.url}/?__iam=1`)
  })

  it('never splits a header', async () => {
    const { token, cookie } = await prepareToken()
    const answer = await redeem(token, cookie, '/x%0d%0aSet-Cookie:a=b')
    expect(answer.headers.location).toBe(`${service.url}/x%0d%0aSet-Cookie:a=b`)
    expect(answer.setCookies.some((line) => line.startsWith('a=b'))).toBe(false)
  })
})

describe('with version 2 alone', () => {
  it('GET of the auth path is 405', async () => {
    const { token, cookie } = await prepareToken()
    const modern = await startService({ aws: service.aws })
    const answer = await send(`${modern.url}/auth?return_url=/&token=${encodeURIComponent(token)}`, {
      headers: { cookie },
    })
    expect([answer.status, answer.headers.allow, modern.calls()]).toEqual([405, 'POST', []])
    const both = await send(`${service.url}/auth`, { method: 'PUT' })
    expect([both.status, both.headers.allow]).toEqual([405, 'GET, POST'])
    await modern.close()
  })
})
