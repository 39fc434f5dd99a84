import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { memoryStore, redisStore } from 'iam-auth-server-middleware'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { prepareLogin } from '../../packages/server-middleware/test/support/client.js'
import { cookiesOf, send as sendTo } from '../../packages/server-middleware/test/support/http.js'
import { NOTHING, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { isMissing } from '../support/programs.js'
import { keysOf, startProxy, type TestProxy } from '../support/proxy.js'
import { redisPath, startRedis } from '../support/redis.js'
import { startService, type TestService } from '../support/service.js'
import { admitted, postLogin, redeemToken, refusals, takeToken } from './attempts.js'
import { hostOf, send, visitThrough } from './hostile-site.js'
import { presignUrl, type SignedRequest, signPost } from './signed-requests.js'

/** Somebody has seen a login cross the wire, or a signature made for somebody else, and sends it again. */

const forFile = thisFile()
let aws: LocalAws
let proxy: TestProxy

const EVERYTHING = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } as const
/** Whatever becomes of logins, no attempt of an attacker may be limited away before it is judged. */
const UNLIMITED = { rateLimit: { perSecond: 1000, burst: 1000 }, maxConcurrentLogins: 1000 }
const PARALLEL = 100

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  aws.state.addUser({ name: 'mallory', policies: [EVERYTHING] })
  proxy = await startProxy(aws, forFile)
})
beforeEach(() => aws.resetCalls())

const visit = (origin: string) => visitThrough(proxy.url, origin)
const count = (statuses: readonly number[], wanted: number) => statuses.filter((status) => status === wanted).length

describe('a captured login is worth nothing', () => {
  test('sent a second time it is refused without a call to AWS', async () => {
    let captured: { body: string; cookie: string } | undefined
    const genuine = await startService(aws, thisTest, {
      before: (app) =>
        app.use((req, _res, next) => {
          if (req.method !== 'POST' || captured !== undefined) return next()
          const chunks: Buffer[] = []
          req.on('data', (chunk: Buffer) => chunks.push(chunk))
          req.on('end', () => {
            captured = { body: Buffer.concat(chunks).toString(), cookie: req.headers.cookie ?? '' }
          })
          next()
        }),
    })
    expect(await visit(genuine.url)).toMatchObject({ status: 200 })
    expect(captured).toBeDefined()
    aws.resetCalls()
    const headers = { ...hostOf(genuine.url), 'Content-Type': 'application/json', Cookie: captured?.cookie ?? '' }
    const replays = await Promise.all(
      Array.from({ length: 50 }, () =>
        send(genuine.url, { method: 'POST', path: '/auth', headers, body: captured?.body ?? '' }),
      ),
    )
    expect(replays.every(({ status }) => status === 403 || status === 429)).toBe(true)
    expect(tally(aws)).toEqual(NOTHING)
  })

  test.each([
    ['as it is configured by default', {}],
    ['without any limit', UNLIMITED],
  ])(`${PARALLEL} at the same time, on an instance %s: one of them gets in`, async (_, limits) => {
    const service = await startService(aws, thisTest, limits)
    const login = await prepareLogin(service)
    const answers = await Promise.all(Array.from({ length: PARALLEL }, () => postLogin(service, login)))
    const statuses = answers.map(({ status }) => status)
    expect([count(statuses, 204), count(statuses, 403) + count(statuses, 429)]).toEqual([1, PARALLEL - 1])
    expect(answers.filter(({ setCookies }) => cookiesOf(setCookies) !== '')).toHaveLength(1)
    expect(tally(aws)).toEqual({ Decrypt: 1, GetCallerIdentity: 1 })
    expect(await postLogin(service, login)).toMatchObject({ status: 403 })
    expect(tally(aws)).toEqual({ Decrypt: 1, GetCallerIdentity: 1 })
  })

  test('a login that failed is spent too: its proof cannot be mended and sent again', async () => {
    const service = await startService(aws, thisTest)
    const login = await prepareLogin(service)
    const { ct } = JSON.parse(login.body) as { ct: string }
    const broken = login.body.replace(
      ct,
      ct.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
    )
    expect(await postLogin(service, { ...login, body: broken })).toMatchObject({ status: 403 })
    expect(await postLogin(service, login)).toMatchObject({ status: 403 })
    expect([tally(aws), refusals(service)]).toEqual([{ Decrypt: 1 }, ['ERR_IAM_SEAL', 'ERR_IAM_CHALLENGE_USED']])
  })

  test('one that is sent while its first use still waits for AWS is refused as well', async () => {
    const service = await startService(aws, thisTest)
    const login = await prepareLogin(service)
    let release = () => {}
    const until = new Promise<void>((resolve) => {
      release = resolve
    })
    thisTest(aws.fault({ kind: 'delay', service: 'kms', until }))
    const first = postLogin(service, login)
    expect(await Promise.race([first, postLogin(service, login)])).toMatchObject({ status: 403 })
    release()
    expect(await first).toMatchObject({ status: 204 })
    expect(tally(aws)).toEqual({ Decrypt: 1, GetCallerIdentity: 1 })
  })
})

describe.skipIf(isMissing(redisPath, 'Redis'))('two instances that share a Redis', () => {
  const startPair = async (options: object = {}) => {
    const redis = await startRedis(thisTest)
    const origin = 'https://wiki.example.com'
    const start = async () =>
      startService(aws, thisTest, { ...UNLIMITED, ...options, origin, store: redisStore(await redis.connect()) })
    return { origin, redis, instances: [await start(), await start()] as const }
  }

  test(`${PARALLEL} replays at the same time, half on each: one of them gets in`, async () => {
    const { origin, instances } = await startPair()
    const login = await prepareLogin(instances[0], { origin })
    const answers = await Promise.all(
      Array.from({ length: PARALLEL }, (_, index) => postLogin(instances[index % 2 === 0 ? 0 : 1], login)),
    )
    const statuses = answers.map(({ status }) => status)
    expect([count(statuses, 204), count(statuses, 403)]).toEqual([1, PARALLEL - 1])
    expect(tally(aws)).toEqual({ Decrypt: 1, GetCallerIdentity: 1 })
    expect(instances.flatMap(admitted)).toHaveLength(1)
  })

  test('the same of version 1, by its challenge and by its access key', async () => {
    const { origin, instances } = await startPair({ protocols: [1, 2] })
    const credentials = aws.issueSession({ user: 'alice' })
    const take = (instance: TestService) => takeToken(instance, credentials, origin)
    const tokens = [await take(instances[0]), await take(instances[1])] as const
    aws.resetCalls()
    const answers = await Promise.all(
      Array.from({ length: PARALLEL }, (_, index) =>
        redeemToken(instances[index % 2 === 0 ? 0 : 1], tokens[index % 4 < 2 ? 0 : 1], origin),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect([count(statuses, 303), count(statuses, 403)]).toEqual([1, PARALLEL - 1])
    expect(instances.flatMap(admitted)).toHaveLength(1)
    expect(tally(aws)['Decrypt']).toBe(2)
  })

  test('when it is gone nobody logs in: 503, and nothing is asked of AWS', async () => {
    const { origin, redis, instances } = await startPair()
    const login = await prepareLogin(instances[1], { origin })
    const gone = await startService(aws, thisTest, {
      origin,
      store: redisStore(() => Promise.reject(new Error('connection lost'))),
    })
    await redis.stop()
    const answer = await postLogin(gone, login)
    expect([answer.status, answer.headers['retry-after'], answer.setCookies]).toEqual([503, '5', []])
    expect(tally(aws)).toEqual(NOTHING)
  })
})

describe('a captured token of version 1', () => {
  test(`with its cookie, ${PARALLEL} times at once and then again: one of them gets in`, async () => {
    const service = await startService(aws, thisTest, { ...UNLIMITED, protocols: [1, 2] })
    const token = await takeToken(service, aws.issueSession({ user: 'alice' }), service.url)
    aws.resetCalls()
    const answers = await Promise.all(Array.from({ length: PARALLEL }, () => redeemToken(service, token, service.url)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, ...Array<number>(PARALLEL - 1).fill(403)])
    expect(await redeemToken(service, token, service.url)).toMatchObject({ status: 403 })
    expect(tally(aws)).toEqual({ Decrypt: 1, GetCallerIdentity: 1 })
  })

  test('in another spelling of the same base64 it is malformed, and decrypts nothing', async () => {
    const service = await startService(aws, thisTest, { protocols: [1, 2] })
    const { token, cookie } = await takeToken(service, aws.issueSession({ user: 'alice' }), service.url)
    aws.resetCalls()
    const bare = token.replaceAll('=', '')
    const spellings = [
      `${bare}====`,
      `${token}\n`,
      `${token} `,
      token.replace('A', 'A '),
      `\ufeff${token}`,
      `${token}A`,
    ]
    for (const spelling of [...spellings, token.replaceAll('+', '-').replaceAll('/', '_').replace(/^./, '-')]) {
      expect(await redeemToken(service, { token: spelling, cookie }, service.url), spelling.slice(-9)).toMatchObject({
        status: 400,
      })
    }
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('sealed again for another challenge, by whoever got hold of the credentials, it is still used', async () => {
    const service = await startService(aws, thisTest, { protocols: [1, 2] })
    const credentials = aws.issueSession({ user: 'alice' })
    expect(await redeemToken(service, await takeToken(service, credentials, service.url), service.url)).toMatchObject({
      status: 303,
    })
    const again = await takeToken(service, credentials, service.url)
    aws.resetCalls()
    expect(await redeemToken(service, again, service.url)).toMatchObject({ status: 403 })
    expect([tally(aws), refusals(service)]).toEqual([{ Decrypt: 1 }, ['ERR_IAM_ACCESS_KEY_USED']])
  })
})

describe('a login at one service is none at another', () => {
  const startTwo = async () => {
    const store = memoryStore()
    return [await startService(aws, thisTest, { store }), await startService(aws, thisTest, { store })] as const
  }

  test('with the same secret, key and store, under whatever cookie', async () => {
    const [here, there] = await startTwo()
    const login = await prepareLogin(here)
    const fresh = await prepareLogin(there)
    const id = (body: string) => (JSON.parse(body) as { challenge: string }).challenge
    const moved = { ...login.headers, host: fresh.headers.host, origin: there.url }
    const attempts: [Parameters<typeof postLogin>[1], string, number][] = [
      [{ headers: moved, body: login.body }, 'ERR_IAM_CHALLENGE_MAC', 0],
      [{ headers: fresh.headers, body: login.body }, 'ERR_IAM_CHALLENGE_MISMATCH', 0],
      [{ headers: fresh.headers, body: login.body.replace(id(login.body), id(fresh.body)) }, 'ERR_IAM_KMS_REFUSED', 1],
    ]
    for (const [attempt, code, decrypts] of attempts) {
      aws.resetCalls()
      expect(await postLogin(there, attempt)).toMatchObject({ status: 403 })
      expect([refusals(there).at(-1), tally(aws)['Decrypt'] ?? 0]).toEqual([code, decrypts])
    }
    expect(admitted(there)).toEqual([])
    expect(await postLogin(here, login)).toMatchObject({ status: 204 })
  })

  test.each([
    ['another service', 1],
    ['the same one, for a challenge of the attacker', 0],
  ])('also where the operator of the first unwraps the signature, and seals it for %s', async (_, target) => {
    const services = await startTwo()
    let signature = ''
    const captured = await prepareLogin(services[0], { twists: { proof: (json) => (signature = json) } })
    if (target === 0) expect(await postLogin(services[0], captured)).toMatchObject({ status: 204 })
    const relayed = await prepareLogin(services[target === 0 ? 0 : 1], {
      credentials: keysOf(aws, 'mallory'),
      twists: { proof: () => signature },
    })
    expect(await postLogin(services[target === 0 ? 0 : 1], relayed)).toMatchObject({ status: 403 })
    expect(tally(aws)).toEqual({ Decrypt: 1, GetCallerIdentity: 1 })
    expect(refusals(services[target === 0 ? 0 : 1])).toEqual(['ERR_IAM_STS_REFUSED'])
  })

  test.each([
    ['the region it says, which the service asks too', { region: 'eu-west-1' }, { r: 'us-east-1' }],
    ['the time it says', { date: '20260101T000000Z' }, {}],
    ['the access key it says', {}, { a: `AKIA${'B'.repeat(16)}` }],
  ])('nor does a signature say something else than it was made for: %s', async (_, twists, claims) => {
    const service = await startService(aws, thisTest, { stsRegions: ['us-east-1', 'eu-west-1'] })
    const now = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
    const claim = (json: string) => JSON.stringify({ ...JSON.parse(json), d: `${now}Z`, ...claims })
    const login = await prepareLogin(service, { twists: { ...twists, proof: claim } })
    expect(await postLogin(service, login)).toMatchObject({ status: 403 })
    expect([refusals(service), tally(aws)['GetCallerIdentity']]).toEqual([['ERR_IAM_STS_REFUSED'], 1])
  })
})

describe('a signature that was made for something else', () => {
  const made: [name: string, sign: (of: ReturnType<typeof keysOf>) => SignedRequest][] = [
    ['EKS: a URL, presigned with a cluster', (of) => presignUrl({ 'x-k8s-aws-id': 'production' }, of)],
    ['Vault: a POST with a server id', (of) => signPost({ 'x-vault-aws-iam-server-id': 'vault.example.com' }, of)],
    ['Vault: a POST without one', (of) => signPost({}, of)],
    ['Teleport: a POST with a challenge', (of) => signPost({ 'x-teleport-challenge': 'c2VydmVy' }, of)],
    ['MongoDB: a POST with a nonce', (of) => signPost({ 'x-mongodb-server-nonce': 'bm9uY2U=' }, of)],
  ]
  test.each(made)('is genuine, and opens nothing here: %s', async (_, sign) => {
    const captured = sign(keysOf(aws, 'alice'))
    const { method, target, headers, body, date, signature } = captured
    const genuine = await sendTo(aws.endpoint + target, { method, headers, body })
    expect([genuine.status, genuine.text]).toEqual([200, expect.stringContaining(aws.state.user('alice').arn)])
    const service = await startService(aws, thisTest)
    const { accessKeyId } = keysOf(aws, 'alice')
    const proof = () => JSON.stringify({ v: 2, p: 'sts', r: 'us-east-1', d: date, a: accessKeyId, s: signature })
    const login = await prepareLogin(service, { credentials: keysOf(aws, 'mallory'), twists: { proof } })
    expect(await postLogin(service, login)).toMatchObject({ status: 403 })
    expect([refusals(service), tally(aws)]).toEqual([['ERR_IAM_STS_REFUSED'], { Decrypt: 1, GetCallerIdentity: 1 }])
  })
})
