import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Credentials, logIn, prepareLogin } from './support/client.js'
import { send } from './support/http.js'
import { startService, type TestService, type TestServiceOptions } from './support/service.js'

describe('iamAuth()', () => {
  let service: TestService
  beforeAll(async () => {
    service = await startService({
      publicPaths: ['/public', '/assets/*'],
      trustedSessionNameRoles: ['arn:aws:iam::123456789012:role/build-*'],
    })
    const { state } = service.aws
    state.addUser({ name: 'bob', path: '/team/', policies: state.user('alice').policies })
    state.addRole({ name: 'build-1', path: '/ci/', policies: state.role('developer').policies })
  })
  afterAll(() => service.close())

  const whoIs = async (credentials: Credentials) => {
    const { cookie } = await logIn(service, { credentials })
    const { text } = await send(`${service.url}/who`, { headers: { cookie } })
    return JSON.parse(text).iam
  }

  it('takes nobody’s word for who somebody is: what others put on the request goes', async () => {
    const forged = { arn: 'arn:aws:iam::123456789012:user/boss' }
    const open = await startService({
      publicPaths: ['/public'],
      before: (app) =>
        app.use((req, _res, next) => {
          Object.assign(req, { iam: forged })
          next()
        }),
    })
    expect(JSON.parse((await send(`${open.url}/public`)).text).iam).toBeNull()
    const preflight = { origin: 'https://other.example', 'access-control-request-method': 'GET' }
    const asked = await send(`${open.url}/who`, { method: 'OPTIONS', headers: preflight })
    expect(JSON.parse(asked.text).iam).toBeNull()
    await open.close()
  })

  it('signs a user in, with one call to KMS and one to STS', async () => {
    const { answer, cookie } = await logIn(service)
    expect(answer.status).toBe(204)
    expect(service.calls()).toEqual(['Decrypt', 'GetCallerIdentity'])
    const page = await send(`${service.url}/`, { headers: { cookie } })
    expect([page.status, page.text]).toEqual([200, service.aws.state.user('alice').arn])
    expect(page.setCookies).toEqual([])
    expect(service.log.at(-1)).toEqual({
      level: 'info',
      message: 'login',
      arn: page.text,
      version: 2,
      origin: service.url,
    })
  })

  it('asks STS under its regional name, wherever it connects', () => {
    expect(service.aws.calls().at(-1)?.host).toBe('sts.us-east-1.amazonaws.com')
  })

  it('says who a user is', async () => {
    const user = service.aws.state.user('bob')
    const [key] = user.accessKeys
    expect(await whoIs(key as Credentials)).toEqual({
      arn: 'arn:aws:iam::123456789012:user/team/bob',
      canonicalArn: 'arn:aws:iam::123456789012:user/team/bob',
      account: '123456789012',
      partition: 'aws',
      kind: 'user',
      userName: 'bob',
      sessionNameTrusted: false,
      uniqueId: user.userId,
      expiresAt: expect.any(Number),
      sid: expect.stringMatching(/^[\w-]{22}$/),
    })
  })

  it("says which role it is, and does not take a session's name for a user's", async () => {
    const { roleId } = service.aws.state.role('developer')
    expect(await whoIs(service.aws.issueSession({ role: 'developer', sessionName: 'alice' }))).toMatchObject({
      arn: 'arn:aws:sts::123456789012:assumed-role/developer/alice',
      canonicalArn: 'arn:aws:iam::123456789012:role/developer',
      kind: 'role',
      roleName: 'developer',
      sessionName: 'alice',
      sessionNameTrusted: false,
      uniqueId: `${roleId}:alice`,
    })
    const identity = await whoIs(service.aws.issueSession({ role: 'developer', sessionName: 'alice' }))
    expect(identity.userName).toBeUndefined()
  })

  it('takes it where the role is one that an operator vouches for', async () => {
    const identity = await whoIs(service.aws.issueSession({ role: 'build-1', sessionName: 'job-7' }))
    expect(identity).toMatchObject({ roleName: 'build-1', userName: 'job-7', sessionNameTrusted: true })
  })

  it('says who somebody of IAM Identity Center is', async () => {
    const session = service.aws.issueSession({ permissionSet: 'Admin', userName: 'carol@example.com' })
    service.aws.state.role(session.arn.split('/')[1]).policies.push(...service.aws.state.role('developer').policies)
    expect(await whoIs(session)).toMatchObject({
      kind: 'role',
      permissionSet: 'Admin',
      userName: 'carol@example.com',
      sessionNameTrusted: true,
    })
  })

  it('serves public paths to everyone, and says who is signed in', async () => {
    const { cookie } = await logIn(service)
    const anonymous = await send(`${service.url}/public`)
    expect([anonymous.status, JSON.parse(anonymous.text).iam]).toEqual([200, null])
    expect(JSON.parse((await send(`${service.url}/public?x`, { headers: { cookie } })).text).iam.userName).toBe('alice')
    expect((await send(`${service.url}/assets/a/b.css`)).status).toBe(200)
  })

  it.each([
    '/publ',
    '/public/',
    '/PUBLIC',
    '/public/x',
    '/assets',
    '/assets/../secret',
    '/assets/%2e%2e/secret',
    '/assets/..%2fsecret',
    '/assets/..\\secret',
    '/assets//x',
    '//public',
  ])('but not %s', async (path) => {
    expect((await send(service.url + path)).status).toBe(401)
  })

  it('lets a CORS preflight through to the application, without an identity', async () => {
    const { cookie } = await logIn(service)
    const preflight = { origin: 'https://other.example', 'access-control-request-method': 'PUT', cookie }
    const answer = await send(`${service.url}/x`, { method: 'OPTIONS', headers: preflight })
    expect([answer.status, JSON.parse(answer.text).iam]).toEqual([200, null])
    expect(
      (await send(`${service.url}/x`, { method: 'OPTIONS', headers: { origin: 'https://other.example' } })).status,
    ).toBe(401)
  })

  it('knows its paths also where it is mounted below one', async () => {
    const { default: express } = await import('express')
    const outer = express()
    const inner = await startService({ before: (app) => outer.use('/app', app) })
    expect((await send(`${inner.url}/app/x`)).status).toBe(401)
    await inner.close()
  })
})

describe('the Host of a request', () => {
  const started: TestService[] = []
  const start = async (options: TestServiceOptions) => {
    const service = await startService(options)
    started.push(service)
    return service
  }
  afterEach(() => Promise.all(started.splice(0).map((service) => service.close())))

  const statusOf = async (service: TestService, headers: Record<string, string>, path = '/') =>
    (await send(service.url + path, { headers })).status

  it.each([
    ['wiki.example.com', 401],
    ['WIKI.example.com', 421],
    ['wiki.example.com.', 421],
    ['wiki.example.com:443', 421],
    ['wiki.example.com:80', 421],
    ['evil.example', 421],
    ['localhost', 421],
    ['', 421],
  ])('with a configured origin: %j is %i', async (host, status) => {
    expect(await statusOf(await start({ origin: 'https://wiki.example.com' }), { host })).toBe(status)
  })

  it.each([
    ['localhost', 401],
    ['localhost:8080', 401],
    ['127.0.0.1:8080', 401],
    ['[::1]:8080', 401],
    ['localhost:80', 421],
    ['localhost:080', 421],
    ['LOCALHOST', 421],
    ['127.0.0.2', 421],
    ['localhost.evil.example', 421],
    ['evil.example', 421],
    ['0.0.0.0:8080', 421],
    ['127.0.0.1:8080@evil.example', 421],
  ])('without one: %j is %i', async (host, status) => {
    expect(await statusOf(await start({}), { host })).toBe(status)
  })

  it('that is another says what to set, and asks nothing of AWS', async () => {
    const service = await start({})
    const answer = await send(`${service.url}/auth`, { method: 'POST', headers: { host: 'evil.example' } })
    expect([answer.status, answer.setCookies, answer.headers['www-authenticate']]).toEqual([421, [], undefined])
    expect(JSON.parse(answer.text).message).toContain('IAM_AUTH_ORIGIN')
    expect(answer.text).not.toContain('evil')
    expect([service.codes(), service.calls()]).toEqual([['ERR_IAM_HOST'], []])
  })

  it('does not matter to public paths: a load balancer checks health by address', async () => {
    const service = await start({ origin: 'https://wiki.example.com', publicPaths: ['/health'] })
    expect(await statusOf(service, { host: '10.0.0.7:3000' }, '/health')).toBe(200)
    expect(await statusOf(service, { host: '10.0.0.7:3000' }, '/')).toBe(421)
  })

  it('is all that counts: forwarded headers change nothing', async () => {
    const service = await start({ origin: 'https://wiki.example.com', before: (app) => app.set('trust proxy', true) })
    const forwarded = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.example',
    }
    const answer = await send(service.url, { headers: { host: 'wiki.example.com', ...forwarded } })
    expect(answer.headers['www-authenticate']).toContain('origin="https://wiki.example.com"')
    expect(answer.text + answer.rawHeaders.join()).not.toContain('evil')
    expect(answer.setCookies[0]).toMatch(/^__Host-iam_auth_c=.*; Secure;/)
  })
})

describe('while AWS is out of reach', () => {
  let service: TestService
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => service.close())
  afterEach(() => service.aws.clearFaults())

  it.each([
    [{ service: 'kms', kind: 'throttle' }, 'KMS'],
    [{ service: 'kms', kind: 'error', status: 500 }, 'KMS'],
    [{ service: 'kms', kind: 'error', status: 503, code: 'ServiceUnavailable' }, 'KMS'],
    [{ service: 'kms', kind: 'drop' }, 'KMS'],
    [{ service: 'sts', kind: 'throttle' }, 'STS'],
    [{ service: 'sts', kind: 'error', status: 500 }, 'STS'],
    [{ service: 'sts', kind: 'error', status: 503, code: 'ServiceUnavailable' }, 'STS'],
    [{ service: 'sts', kind: 'drop' }, 'STS'],
  ] as const)('a login is 503, and its challenge spent: %j', async (fault, what) => {
    service.log.length = 0
    const { headers, body } = await prepareLogin(service)
    service.aws.fault(fault)
    const answer = await send(`${service.url}/auth`, { method: 'POST', headers, body })
    expect([answer.status, answer.headers['retry-after'], service.codes()]).toEqual([
      503,
      '5',
      [`ERR_IAM_${what}_UNAVAILABLE`],
    ])
    expect(answer.setCookies).toEqual(['iam_auth_c=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax'])
    expect(JSON.parse(answer.text).error).toBe('aws_unavailable')
  })

  it.each([
    [{ service: 'kms', kind: 'error', status: 400, code: 'DisabledException' }, 'ERR_IAM_KMS_REFUSED'],
    [{ service: 'kms', kind: 'error', status: 400, code: 'AccessDeniedException' }, 'ERR_IAM_KMS_REFUSED'],
    [{ service: 'sts', kind: 'error', status: 403, code: 'ExpiredToken' }, 'ERR_IAM_STS_REFUSED'],
    [{ service: 'sts', kind: 'garbage' }, 'ERR_IAM_STS_ANSWER'],
  ] as const)('a judgement is 403: %j', async (fault, code) => {
    service.log.length = 0
    const { headers, body } = await prepareLogin(service)
    service.aws.fault(fault)
    const answer = await send(`${service.url}/auth`, { method: 'POST', headers, body })
    expect([answer.status, service.codes()]).toEqual([403, [code]])
  })
})
