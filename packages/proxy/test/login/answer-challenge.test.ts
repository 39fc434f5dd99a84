import { parsePrincipalArn } from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import vectors from '../../../protocol/test/vectors/independent.json' with { type: 'json' }
import { createLoginLayer } from '../../src/login/answer-challenge.js'
import type { ChallengedExchange } from '../../src/login/exchange.js'
import { LoginRefusal } from '../../src/login/refusal.js'
import { describeRefusal, renderRefusal } from '../../src/pages/refusal-page.js'
import { Secret } from '../../src/secret.js'
import { parseTrustEntry } from '../../src/trust/entry.js'
import { createTrustList, type TrustList } from '../../src/trust/list.js'
import { flagSource, mergeTrust, type TrustSource } from '../../src/trust/merge.js'

const ORIGIN = 'https://wiki.example.com'
const NOW = 1_767_225_610_000
const GOOD = vectors.challenges.find(({ name }) => name === 'good, version 2 alone')?.headers.flat() ?? []
const CONTEXT_V1 = Buffer.from('{"salt": "pepper"}').toString('base64')
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555'
const ORIGINAL = [
  ...['WWW-Authenticate', 'IAM realm="123456789012"', 'Iam-Auth-Kms-Key-Id', KEY],
  ...['Iam-Auth-Kms-Encryption-Context', CONTEXT_V1],
]
const PAGE = [
  'User-Agent',
  'Mozilla/5.0',
  'Sec-Fetch-Site',
  'none',
  'Sec-Fetch-Mode',
  'navigate',
  'Sec-Fetch-Dest',
  'document',
]

interface Options {
  readonly trust?: readonly string[]
  readonly sources?: readonly TrustSource[]
  readonly list?: TrustList
  readonly arn?: string
  readonly status?: number
  readonly setCookie?: readonly string[]
  readonly encrypt?: () => Promise<Uint8Array>
}

/** A login layer whose every way out is counted. */
function setUp({
  trust = [],
  sources = [],
  list,
  arn = 'arn:aws:iam::123456789012:user/alice',
  status = 204,
  setCookie,
  encrypt,
}: Options = {}) {
  const calls = { identity: 0, sessionToken: 0, encrypt: 0, send: 0 }
  const clock = { now: NOW, monotonic: 1000 }
  const requests: { method: string; path: string; rawHeaders: readonly string[]; body?: string | undefined }[] = []
  const caller = (name: 'identity' | 'sessionToken', prefix: string) =>
    Object.assign(
      async () => {
        calls[name] += 1
        const credentials = {
          accessKeyId: `${prefix}IOSFODNN7EXAMPLE`,
          secretAccessKey: new Secret('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'),
          sessionToken: prefix === 'ASIA' ? new Secret('token') : undefined,
          expiresAt: NOW + 900_000,
          origin: 'test',
        }
        return { credentials, principal: parsePrincipalArn(arn) }
      },
      { forget: () => {}, known: () => undefined, isPending: () => false },
    )
  const layer = createLoginLayer({
    trust: list ?? createTrustList(mergeTrust([flagSource(trust.map(parseTrustEntry)), ...sources]).inForce),
    credentials: {
      identity: caller('identity', 'AKIA'),
      sessionToken: caller('sessionToken', 'ASIA'),
      encryptor: undefined,
    },
    encrypt: async () => {
      calls.encrypt += 1
      return encrypt === undefined ? new Uint8Array([1, 2, 3]) : encrypt()
    },
    send: async (request) => {
      calls.send += 1
      requests.push(request)
      const lines = setCookie ?? ['__Host-iam_auth=session; Path=/; Secure', '__Host-iam_auth_c=; Max-Age=0; Path=/']
      return { status, rawHeaders: lines.flatMap((line) => ['Set-Cookie', line]), body: '' }
    },
    asked: { whenOpen: () => () => {}, comeAgain: () => ({ kind: 'pass' }) },
    refusals: { page: renderRefusal, line: describeRefusal },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    observer: { loggedIn: () => {}, refused: () => {} },
    now: () => clock.now,
    monotonicMs: () => clock.monotonic,
    randomBytes: (size) => new Uint8Array(size).fill(7),
    userAgent: 'iam-auth-proxy/test',
  })
  return { layer, calls, requests, clock }
}

function exchange(overrides: Partial<ChallengedExchange> = {}): ChallengedExchange {
  return {
    origin: ORIGIN,
    method: 'GET',
    path: '/page?a=b',
    requestRawHeaders: ['User-Agent', 'curl/8.5.0', 'Cookie', 'theme=dark'],
    responseRawHeaders: GOOD,
    startedAt: 500,
    attempt: 0,
    replayedWith: undefined,
    replayable: true,
    signal: new AbortController().signal,
    ...overrides,
  }
}

const NOTHING = { identity: 0, sessionToken: 0, encrypt: 0, send: 0 }

describe('answering a challenge of version 2', () => {
  it('delivers a proof to the same origin and replays with what the service set', async () => {
    const { layer, calls, requests } = setUp()
    expect(await layer.answer(exchange())).toEqual({
      kind: 'replay',
      source: 'login',
      cookie: 'theme=dark; __Host-iam_auth=session',
      setCookieLines: ['__Host-iam_auth=session; Path=/; Secure'],
      defaultHeaders: [],
    })
    expect(calls).toEqual({ identity: 1, sessionToken: 0, encrypt: 1, send: 1 })
    const [request] = requests
    expect(request).toMatchObject({ method: 'POST', path: '/auth', origin: ORIGIN })
    const cookie =
      'theme=dark; __Host-iam_auth_c=AGlVuQAAAQIDBAUGBwgJCgsMDQ4P.k1.mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm'
    expect(request?.rawHeaders).toEqual(expect.arrayContaining(['Cookie', cookie, 'Origin', ORIGIN]))
    expect(request?.body).toMatch(/^\{"v":2,"challenge":"AGlVuQAAAQIDBAUGBwgJCgsMDQ4P","ek":"AQID","iv":"/)
  })

  it.each(vectors.challenges.filter(({ refused }) => refused !== null))('asks nobody about: $name', async (vector) => {
    const { layer, calls, clock } = setUp()
    clock.now = vector.now * 1000
    const challenged = exchange({ origin: vector.origin, responseRawHeaders: vector.headers.flat() })
    expect(await layer.answer(challenged)).toMatchObject({ kind: 'pass' })
    expect(calls).toEqual(NOTHING)
  })

  it('stops before proof and KMS when the caller is of another account', async () => {
    const { layer, calls } = setUp({ arn: 'arn:aws:iam::999999999999:user/alice' })
    expect(await layer.answer(exchange())).toMatchObject({ kind: 'pass' })
    expect(calls).toEqual({ ...NOTHING, identity: 1 })
  })

  it('tells a person which account is wanted', async () => {
    const { layer } = setUp({ arn: 'arn:aws:iam::999999999999:user/alice' })
    const answer = await layer.answer(exchange({ requestRawHeaders: PAGE }))
    expect(answer).toMatchObject({ kind: 'respond', status: 403 })
    expect(answer.kind === 'respond' && answer.body).toContain('this service is for account 123456789012')
  })

  it('pins: another key than the pinned one asks nobody, the pinned one may be of another account', async () => {
    const other = KEY.replace('123456789012', '210987654321')
    const refused = setUp({ trust: [`${ORIGIN},key=${other}`] })
    expect(await refused.layer.answer(exchange())).toMatchObject({ kind: 'pass' })
    expect(refused.calls).toEqual(NOTHING)
    const foreign = GOOD.map((value) => value.replace(KEY, other))
    const allowed = setUp({ trust: [`${ORIGIN},key=${other}`] })
    expect(await allowed.layer.answer(exchange({ responseRawHeaders: foreign }))).toMatchObject({ kind: 'replay' })
  })

  it('says in the words of ssh that a pinned key has changed: both keys, where the pin is from, how to remove it', async () => {
    const other = KEY.replace('11111111', '99999999')
    const name = '/home/alice/.config/iam-auth-proxy/trust.json'
    const entries = [{ ...parseTrustEntry(`${ORIGIN},key=${other}`), addedAt: '2026-01-31T12:00:00.000Z' }]
    const { layer, calls } = setUp({ sources: [{ kind: 'user', name, entries }] })
    const answer = await layer.answer(exchange({ requestRawHeaders: PAGE }))
    expect(answer).toMatchObject({ kind: 'respond', status: 403 })
    const page = answer.kind === 'respond' ? answer.body : ''
    const said = ['KEY OF THIS SERVICE HAS CHANGED', KEY, other, `in ${name} since 2026-01-31`, 'ERR_IAM_KEY_PIN']
    for (const text of [...said, `iam-auth-proxy trust remove ${ORIGIN}`]) expect(page).toContain(text)
    expect(calls).toEqual(NOTHING)
  })

  it.each([
    ['the pinned account', 'https://*.example.com', '123456789012', 'replay'],
    ['another account', 'https://*.example.com', '210987654321', 'pass'],
    ['another account, at a port that is not its own', 'https://*.example.com:8443', '210987654321', 'replay'],
  ])('below a suffix takes keys of %s: %s, %s', async (_what, suffix, account, kind) => {
    const { layer, calls } = setUp({ trust: [`${suffix},key-account=${account}`] })
    expect(await layer.answer(exchange())).toMatchObject({ kind })
    if (kind === 'pass') expect(calls).toEqual(NOTHING)
  })

  it('below a suffix does not take a foreign key even of the pinned account: that takes the exact origin', async () => {
    const other = KEY.replace('123456789012', '210987654321')
    const foreign = exchange({ responseRawHeaders: GOOD.map((value) => value.replace(KEY, other)) })
    const { layer, calls } = setUp({ trust: ['https://*.example.com,key-account=210987654321'] })
    expect(await layer.answer(foreign)).toMatchObject({ kind: 'pass' })
    expect(calls).toEqual(NOTHING)
    const exact = setUp({ trust: ['https://*.example.com,key-account=123456789012', `${ORIGIN},key=${other}`] })
    expect(await exact.layer.answer(foreign)).toMatchObject({ kind: 'replay' })
  })

  it('makes no login while what is trusted cannot be read, and says what repairs it', async () => {
    const unusable = () => {
      throw new LoginRefusal('ERR_IAM_TRUST_FILE', 'cannot be read', { hint: 'Repair it:\nchmod 600 trust.json' })
    }
    const trust = { ...createTrustList([]), entryFor: unusable }
    const { layer, calls } = setUp({ list: trust })
    expect(await layer.answer(exchange())).toMatchObject({ kind: 'pass' })
    const page = await layer.answer(exchange({ requestRawHeaders: PAGE }))
    expect(page).toMatchObject({ kind: 'respond', status: 503, body: expect.stringContaining('chmod 600 trust.json') })
    expect(calls).toEqual(NOTHING)
  })

  it.each([200, 302, 401, 403, 429, 503])(
    'passes the 401 on when the service answers the proof with %i',
    async (status) => {
      const { layer } = setUp({ status })
      expect(await layer.answer(exchange())).toMatchObject({ kind: 'pass' })
    },
  )

  it('passes the 401 on when a 204 sets nothing but the challenge cookie', async () => {
    const { layer } = setUp({ setCookie: ['__Host-iam_auth_c=; Max-Age=0; Path=/'] })
    expect(await layer.answer(exchange())).toMatchObject({ kind: 'pass' })
  })

  it('makes one login for twenty parallel requests', async () => {
    const { layer, calls } = setUp()
    const answers = await Promise.all(Array.from({ length: 20 }, () => layer.answer(exchange())))
    expect(answers.every(({ kind }) => kind === 'replay')).toBe(true)
    expect(calls).toEqual({ identity: 1, sessionToken: 0, encrypt: 1, send: 1 })
  })

  it('keeps the session for clients without cookies and for requests that were under way', async () => {
    const { layer, calls } = setUp()
    await layer.answer(exchange())
    const noCookies = exchange({ requestRawHeaders: ['User-Agent', 'curl/8.5.0'], startedAt: 5000 })
    expect(await layer.answer(noCookies)).toMatchObject({ source: 'kept-session', cookie: '__Host-iam_auth=session' })
    expect(await layer.answer(exchange({ startedAt: 999 }))).toMatchObject({ source: 'kept-session' })
    expect(calls.send).toBe(1)
  })

  it('keeps it for half a minute for what a browser had in its queue, with the cookies of before', async () => {
    const { layer, calls } = setUp()
    await layer.answer(exchange())
    const sent = (cookie: string, startedAt: number) =>
      exchange({ requestRawHeaders: ['User-Agent', 'curl/8.5.0', 'Cookie', cookie], startedAt })
    expect(await layer.answer(sent('__Host-iam_auth=old; a=b', 20_000))).toMatchObject({ source: 'kept-session' })
    expect(await layer.answer(sent('__Host-iam_auth=session; a=b', 20_000))).toMatchObject({ source: 'login' })
    expect(await layer.answer(sent('__Host-iam_auth=old; a=b', 40_000))).toMatchObject({ source: 'login' })
    expect(calls.send).toBe(3)
  })

  it('logs in again when the kept session is refused, and passes when a new one is', async () => {
    const { layer, calls } = setUp()
    const bare = { requestRawHeaders: ['User-Agent', 'curl/8.5.0'] }
    await layer.answer(exchange(bare))
    expect(await layer.answer(exchange(bare))).toMatchObject({ source: 'kept-session' })
    expect(await layer.answer(exchange({ ...bare, attempt: 1, replayedWith: 'kept-session' }))).toMatchObject({
      source: 'login',
    })
    expect(await layer.answer(exchange({ ...bare, attempt: 2, replayedWith: 'login' }))).toMatchObject({ kind: 'pass' })
    expect(calls.send).toBe(2)
  })

  it('gives up for a minute after three sessions that do not work', async () => {
    const { layer, calls, clock } = setUp()
    for (let round = 0; round < 5; round++) {
      await layer.answer(exchange({ startedAt: clock.monotonic }))
      await layer.answer(exchange({ startedAt: clock.monotonic, attempt: 1, replayedWith: 'login' }))
    }
    expect(calls.send).toBe(3)
    clock.monotonic += 61_000
    expect(await layer.answer(exchange({ startedAt: clock.monotonic }))).toMatchObject({ source: 'login' })
  })

  it('asks for a fresh challenge when getting credentials took too long', async () => {
    const { layer, calls, clock } = setUp()
    const slow = layer.answer(exchange())
    clock.monotonic += 91_000
    expect(await slow).toEqual({
      kind: 'replay',
      source: 'nothing-new',
      cookie: 'theme=dark',
      setCookieLines: [],
      defaultHeaders: [],
    })
    expect(calls).toEqual({ ...NOTHING, identity: 1 })
    expect(await layer.answer(exchange({ attempt: 1, replayedWith: 'nothing-new' }))).toMatchObject({ source: 'login' })
  })

  it('forgets a kept session that was refused, also where the login after it fails', async () => {
    const outcomes = [async () => new Uint8Array([1]), () => Promise.reject(new LoginRefusal('ERR_IAM_MFA', 'x'))]
    const { layer } = setUp({ encrypt: () => (outcomes.shift() ?? (async () => new Uint8Array([1])))() })
    const bare = { requestRawHeaders: ['User-Agent', 'curl/8.5.0'] }
    expect(await layer.answer(exchange(bare))).toMatchObject({ source: 'login' })
    expect(await layer.answer(exchange({ ...bare, attempt: 1, replayedWith: 'kept-session' }))).toMatchObject({
      kind: 'pass',
    })
    expect(await layer.answer(exchange({ ...bare, startedAt: 5000 }))).toMatchObject({ source: 'login' })
  })

  it('gives up for a minute after three logins that failed', async () => {
    const { layer, calls } = setUp({ encrypt: () => Promise.reject(new LoginRefusal('ERR_IAM_ENCRYPT_DENIED', 'no')) })
    for (let round = 0; round < 5; round++) expect(await layer.answer(exchange())).toMatchObject({ kind: 'pass' })
    expect(calls).toMatchObject({ identity: 3, encrypt: 3 })
  })

  it('stops before proof and KMS when the caller is of another partition', async () => {
    const { layer, calls } = setUp({ arn: 'arn:aws-cn:iam::123456789012:user/alice' })
    expect(await layer.answer(exchange())).toMatchObject({ kind: 'pass' })
    expect(calls).toEqual({ ...NOTHING, identity: 1 })
  })

  it('sends the cookies of the client, but for older ones of the login', async () => {
    const { layer, requests } = setUp()
    const cookie = 'theme=dark; __Host-iam_auth=old; __Host-iam_auth_c=old; iam_auth_c=older'
    const answer = await layer.answer(exchange({ requestRawHeaders: ['User-Agent', 'curl/8.5.0', 'Cookie', cookie] }))
    expect(answer).toMatchObject({ cookie: 'theme=dark; __Host-iam_auth=session' })
    const [{ rawHeaders } = { rawHeaders: [] as readonly string[] }] = requests
    const sent = rawHeaders[rawHeaders.indexOf('Cookie') + 1]
    expect(sent).toMatch(/^theme=dark; __Host-iam_auth=old; __Host-iam_auth_c=AGlVuQAAAQIDBAUGBwgJCgsMDQ4P\.[^;]*$/)
  })

  it('never answers at the auth path', async () => {
    const { layer, calls } = setUp()
    expect(await layer.answer(exchange({ path: '/auth?x=1' }))).toMatchObject({ kind: 'pass' })
    expect(calls).toEqual(NOTHING)
  })

  it('asks for an entry that allows plain http where the key is of another account', async () => {
    const origin = 'http://wiki.internal'
    const other = KEY.replace('123456789012', '210987654321')
    const foreign = GOOD.map((value) => inHttp(value.replace(KEY, other).replaceAll(ORIGIN, origin), origin))
    const refused = setUp({ trust: [`${origin},key=${other}`] })
    expect(await refused.layer.answer(exchange({ origin, responseRawHeaders: foreign }))).toMatchObject({
      kind: 'pass',
    })
    expect(refused.calls).toEqual(NOTHING)
    const allowed = setUp({ trust: [`${origin},key=${other},plain-http`], setCookie: ['iam_auth=s'] })
    const answer = await allowed.layer.answer(exchange({ origin, responseRawHeaders: foreign }))
    expect(answer).toMatchObject({ kind: 'replay' })
  })

  it('keeps a page out of frames where nothing tells a frame from a tab', async () => {
    const origin = 'http://127.0.0.1:8000'
    const headers = vectors.challenges.find(({ name }) => name === 'good, version 2 alone')?.headers.flat() ?? []
    const onHttp = headers.map((value) => inHttp(value.replaceAll(ORIGIN, origin), origin))
    const loads = [
      ['User-Agent', 'Mozilla/5.0', 'Accept', 'text/html,*/*', 'Upgrade-Insecure-Requests', '1'],
      PAGE,
      ['User-Agent', 'curl/8.5.0'],
    ]
    const answers = []
    for (const requestRawHeaders of loads) {
      const { layer } = setUp({ setCookie: ['iam_auth=s'] })
      answers.push(await layer.answer(exchange({ origin, responseRawHeaders: onHttp, requestRawHeaders })))
    }
    expect(answers).toMatchObject([
      { kind: 'replay', defaultHeaders: ['X-Frame-Options', 'SAMEORIGIN'] },
      { kind: 'replay', defaultHeaders: [] },
      { kind: 'replay', defaultHeaders: [] },
    ])
  })

  it('does not answer requests of other sites, whatever the challenge', async () => {
    const { layer, calls } = setUp()
    const image = [
      'User-Agent',
      'Mozilla/5.0',
      'Sec-Fetch-Site',
      'cross-site',
      'Sec-Fetch-Mode',
      'no-cors',
      'Sec-Fetch-Dest',
      'image',
    ]
    expect(await layer.answer(exchange({ requestRawHeaders: image }))).toMatchObject({ kind: 'pass' })
    expect(calls).toEqual(NOTHING)
  })

  it('explains a denial of kms:Encrypt to a person', async () => {
    const denied = new LoginRefusal('ERR_IAM_ENCRYPT_DENIED', 'denied', { hint: 'ask for {"Action":"kms:Encrypt"}' })
    const { layer } = setUp({ encrypt: () => Promise.reject(denied) })
    const answer = await layer.answer(exchange({ requestRawHeaders: PAGE }))
    expect(answer).toMatchObject({ kind: 'respond', status: 403 })
    expect(answer.kind === 'respond' && answer.body).toContain('ask for {&#34;Action&#34;:&#34;kms:Encrypt&#34;}')
  })
})

/** The vector's context and cookie as a service on plain http would send them. */
function inHttp(value: string, origin: string): string {
  if (value.startsWith('__Host-iam_auth_c')) return value.replace('__Host-', '')
  const decoded = Buffer.from(value, 'base64').toString()
  return decoded.startsWith('{"iam') ? Buffer.from(decoded.replace(ORIGIN, origin)).toString('base64') : value
}

describe('answering a challenge of version 1', () => {
  const original = (overrides: Partial<ChallengedExchange> = {}) =>
    exchange({ responseRawHeaders: ORIGINAL, ...overrides })

  it('asks nobody unless the origin is trusted for version 1, and says how', async () => {
    const { layer, calls } = setUp({ trust: [ORIGIN] })
    expect(await layer.answer(original())).toMatchObject({ kind: 'pass' })
    const page = await layer.answer(original({ requestRawHeaders: PAGE }))
    expect(page.kind === 'respond' && page.body).toContain(`iam-auth-proxy trust add ${ORIGIN} --protocol 1`)
    expect(calls).toEqual(NOTHING)
  })

  it('answers a page load with the redirect of the original', async () => {
    const { layer } = setUp({ trust: [`${ORIGIN},protocol=1`] })
    const answer = await layer.answer(original({ requestRawHeaders: PAGE, path: '/a b?c=d e'.replaceAll(' ', '+') }))
    expect(answer).toMatchObject({ kind: 'respond', status: 302 })
    const location = '//wiki.example.com/auth?return_url=%2Fa%2Bb%3Fc%3Dd%2Be&token=AQID'
    expect(answer.kind === 'respond' && answer.rawHeaders.slice(0, 2)).toEqual(['Location', location])
  })

  it('redeems the token itself for everything else', async () => {
    const { layer, requests } = setUp({
      trust: [`${ORIGIN},protocol=1`],
      status: 302,
      setCookie: ['session=s; Path=/'],
    })
    expect(await layer.answer(original({ method: 'POST' }))).toMatchObject({ cookie: 'theme=dark; session=s' })
    expect(requests[0]).toMatchObject({ method: 'GET', path: '/auth?return_url=%2Fpage%3Fa%3Db&token=AQID' })
  })

  it.each([200, 204, 303, 401, 403])('redeems a token by a redirect with a cookie alone: %i', async (status) => {
    const { layer } = setUp({ trust: [`${ORIGIN},protocol=1`], status, setCookie: ['session=s; Path=/'] })
    const answer = await layer.answer(original({ method: 'POST' }))
    expect(answer.kind).toBe(status === 303 ? 'replay' : 'pass')
  })

  it('does not go back to version 1 at an origin that has offered version 2', async () => {
    const { layer, calls } = setUp({ trust: [`${ORIGIN},protocol=1`] })
    await layer.answer(exchange())
    const before = { ...calls }
    expect(await layer.answer(original({ startedAt: 90_000 }))).toMatchObject({ kind: 'pass' })
    expect(calls).toEqual(before)
  })

  it('asks for an entry that allows plain http', async () => {
    const origin = 'http://wiki.internal'
    const refused = setUp({ trust: [`${origin},protocol=1`] })
    expect(await refused.layer.answer(original({ origin }))).toMatchObject({ kind: 'pass' })
    expect(refused.calls).toEqual(NOTHING)
    const allowed = setUp({ trust: [`${origin},protocol=1,plain-http`], status: 302, setCookie: ['session=s'] })
    expect(await allowed.layer.answer(original({ origin }))).toMatchObject({ kind: 'replay' })
  })

  it('stops sending a page in circles whose cookie does not stick', async () => {
    const { layer, calls } = setUp({ trust: [`${ORIGIN},protocol=1`] })
    const answers = []
    for (let round = 0; round < 6; round++) answers.push(await layer.answer(original({ requestRawHeaders: PAGE })))
    expect(answers.map((answer) => answer.kind === 'respond' && answer.status)).toEqual([302, 302, 302, 302, 503, 503])
    expect(calls.encrypt).toBe(4)
  })
})
