import { describe, expect, it } from 'vitest'
import { startOriginalServer } from '../../../../test/interop/original/original-server.js'
import { FIRST_LOGIN, NOTHING, type Tally, tally } from '../../../../test/support/aws-tally.js'
import { thisTest } from '../../../../test/support/cleanup.js'
import { type Credentials, keysOf } from '../../../../test/support/proxy.js'
import type { ServiceOptions, TestService } from '../../../../test/support/service.js'
import { IamFetchError } from '../../src/fetch/index.js'
import type { IamFetchOptions } from '../../src/fetch/options.js'
import { createSetting } from './setting.js'

const { aws, iamFetch, startService } = await createSetting()
const FOREIGN = '999999999999'
const foreign = aws.state.addAccount({ id: FOREIGN, keys: [{}], users: [{ name: 'mallory' }] })
const foreignKey = aws.state.key(undefined, foreign.id).arn
const otherKey = aws.state.addKey({}).arn

interface Case {
  readonly what: string
  readonly code: string
  readonly asked: Tally
  readonly service?: ServiceOptions
  readonly options?: (service: TestService) => IamFetchOptions
  readonly credentials?: () => Credentials
  readonly fault?: () => unknown
  readonly hint?: RegExp
}

const CASES: readonly Case[] = [
  {
    what: 'a key of a foreign account',
    code: 'ERR_IAM_KEY_ACCOUNT',
    asked: NOTHING,
    service: { kmsKeyId: foreignKey },
    hint: /trust: \['http:\/\/127\.0\.0\.1:\d+,key=/,
  },
  {
    what: 'another key than the pinned one',
    code: 'ERR_IAM_KEY_PIN',
    asked: NOTHING,
    options: ({ url }) => ({ trust: [{ origin: url, key: otherKey }] }),
    hint: /option `trust`/,
  },
  {
    what: 'an origin that is not trusted, where only those are logged in to',
    code: 'ERR_IAM_NOT_TRUSTED',
    asked: NOTHING,
    options: () => ({ trust: ['https://wiki.example.com'], onlyTrusted: true }),
    hint: /trust: \['http:/,
  },
  {
    what: 'a service that is configured with another origin',
    code: 'ERR_IAM_ORIGIN',
    asked: NOTHING,
    service: { origin: 'http://127.0.0.1:1', before: (app) => pretendHost(app, '127.0.0.1:1') },
    hint: /Is http:/,
  },
  {
    what: 'no credentials',
    code: 'ERR_IAM_NO_CREDENTIALS',
    asked: NOTHING,
    options: () => ({ credentials: async () => undefined as never }),
    hint: /accessKeyId|role/,
  },
  {
    what: 'a function for credentials that fails',
    code: 'ERR_IAM_NO_CREDENTIALS',
    asked: NOTHING,
    options: () => ({
      credentials: async () => {
        throw new Error('the vault is closed')
      },
    }),
    hint: /role/,
  },
  {
    what: 'credentials of another account',
    code: 'ERR_IAM_REALM_MISMATCH',
    asked: { GetCallerIdentity: 1 },
    credentials: () => keysOf(aws, 'mallory', FOREIGN),
    hint: /credentials/,
  },
  {
    what: 'credentials that may not encrypt',
    code: 'ERR_IAM_ENCRYPT_DENIED',
    asked: { GetCallerIdentity: 1, Encrypt: 1 },
    credentials: () => keysOf(aws, 'server'),
    hint: /kms:Encrypt/,
  },
  {
    what: 'a service that does not let this caller in',
    code: 'ERR_IAM_SERVICE_REFUSED',
    asked: FIRST_LOGIN,
    service: { allow: { users: [`arn:aws:iam::${aws.state.account().id}:user/bob`] } },
    hint: /log/,
  },
]

describe('a login that is not made', () => {
  it.each(CASES)('$what: the 401 as it was, with the reason, or the reason alone', async (given) => {
    const service = await startService(thisTest, given.service)
    const options = given.options?.(service) ?? {}
    const fetch = iamFetch(options, given.credentials?.())
    const response = await fetch(service.url)
    const refusal = fetch.refusalOf(response)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^IAM /)
    expect(await response.text()).not.toBe('')
    expect(refusal).toBeInstanceOf(IamFetchError)
    expect(refusal).toMatchObject({
      code: given.code,
      origin: service.url,
      hint: expect.stringMatching(given.hint ?? /./),
    })
    expect(refusal?.hint).not.toMatch(/the proxy|--|reload/)
    expect(tally(aws)).toEqual(given.asked)
    const throwing = iamFetch({ ...options, onRefusal: 'throw' }, given.credentials?.())
    await expect(throwing(service.url)).rejects.toMatchObject({ name: 'IamFetchError', code: given.code })
    await expect(fetch.login(service.url)).rejects.toMatchObject({ name: 'IamFetchError', code: given.code })
  })

  it('is not tried a fourth time in a row', async () => {
    const service = await startService(thisTest)
    const fetch = iamFetch({ onRefusal: 'throw' }, keysOf(aws, 'server'))
    const codes: string[] = []
    for (const _ of [1, 2, 3, 4, 5]) await fetch(service.url).catch((error: IamFetchError) => codes.push(error.code))
    expect(codes).toEqual([...Array(3).fill('ERR_IAM_ENCRYPT_DENIED'), 'ERR_IAM_BUDGET', 'ERR_IAM_BUDGET'])
    expect(tally(aws)).toEqual({ GetCallerIdentity: 1, Encrypt: 3 })
  })

  it('is what a service gets that does not take its own session', async () => {
    let isLoggedIn = false
    const service = await startService(thisTest, {
      before: (app) =>
        app.use((req, _res, next) => {
          if (req.path === '/auth') isLoggedIn = true
          else if (isLoggedIn) delete req.headers.cookie
          next()
        }),
    })
    const fetch = iamFetch()
    const response = await fetch(service.url)
    expect([response.status, fetch.refusalOf(response)?.code]).toEqual([401, 'ERR_IAM_SESSION_REFUSED'])
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  it('is logged with its code, and never with a secret', async () => {
    const lines: object[] = []
    const note = (fields: object, message: string) => void lines.push({ ...fields, message })
    const service = await startService(thisTest)
    await iamFetch({ log: { info: note, warn: note, error: note } }, keysOf(aws, 'server'))(service.url)
    expect(lines).toEqual([
      expect.objectContaining({ message: 'login not made', code: 'ERR_IAM_ENCRYPT_DENIED', origin: service.url }),
    ])
  })

  it('is never made for OPTIONS', async () => {
    const service = await startService(thisTest)
    const fetch = iamFetch({ onRefusal: 'throw' })
    expect((await fetch(service.url, { method: 'OPTIONS' })).status).toBe(401)
    expect(tally(aws)).toEqual(NOTHING)
  })
})

describe('version 1', () => {
  it('is not spoken where the service offers version 2 as well', async () => {
    const service = await startService(thisTest, { protocols: [1, 2] })
    expect((await iamFetch({ trust: [`${service.url},protocol=1`] })(service.url)).status).toBe(200)
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  it('is spoken with a service of the original where it is trusted for that, and nowhere else', async () => {
    const { origin, logins, close } = await startOriginalServer({
      endpoint: aws.endpoint,
      region: aws.region,
      kmsKeyArn: aws.state.key().arn,
      salt: 'pepper',
      account: aws.state.account().id,
      credentials: keysOf(aws, 'server'),
    })
    thisTest(close)
    const fetch = iamFetch()
    expect(fetch.refusalOf(await fetch(origin))).toMatchObject({
      code: 'ERR_IAM_VERSION_NOT_ALLOWED',
      hint: expect.stringContaining(`trust: ['${origin},protocol=1']`),
    })
    expect(tally(aws)).toEqual(NOTHING)
    const trusting = iamFetch({ trust: [{ origin, protocol: 1 }] })
    const post = () => trusting(`${origin}/page`, { method: 'POST', body: 'text' })
    expect(await (await post()).text()).toBe(aws.state.user('alice').arn)
    expect(await (await post()).text()).toBe(aws.state.user('alice').arn)
    expect(logins).toHaveLength(1)
    expect(tally(aws)).toMatchObject({ GetSessionToken: 1, Encrypt: 1, Decrypt: 1 })
  })
})

describe('plain http, elsewhere than on this machine', () => {
  const origin = 'http://orders.internal'
  const there = { origin, before: (app: App) => pretendHost(app, 'orders.internal') }
  /** A name that leads to the service. */
  const resolving = ({ url }: TestService) => ({
    fetch: (to: string, init: RequestInit) => fetch(to.replace(origin, url), init),
  })

  it('carries a login under a key of the realm’s own account', async () => {
    const service = await startService(thisTest, there)
    expect((await iamFetch(resolving(service))(`${origin}/api/me`)).status).toBe(200)
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  it('carries one under another key only where trust says so', async () => {
    const service = await startService(thisTest, { ...there, kmsKeyId: foreignKey })
    const calling = iamFetch({ ...resolving(service), trust: [{ origin, key: foreignKey }] })
    expect(calling.refusalOf(await calling(origin))?.code).toBe('ERR_IAM_PLAIN_HTTP')
    expect(tally(aws)).toEqual(NOTHING)
    const allowed = iamFetch({ ...resolving(service), trust: [{ origin, key: foreignKey, plainHttp: true }] })
    // Alice may not use that key, and KMS is who says it.
    expect(allowed.refusalOf(await allowed(origin))?.code).toBe('ERR_IAM_ENCRYPT_DENIED')
    expect(tally(aws)).toMatchObject({ Encrypt: 1 })
  })
})

type App = Parameters<NonNullable<ServiceOptions['before']>>[0]

function pretendHost(app: App, host: string): void {
  app.use((req, _res, next) => {
    req.headers.host = host
    next()
  })
}
