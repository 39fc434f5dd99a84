import net from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { logIn, prepareLogin } from '../../packages/server-middleware/test/support/client.js'
import { type Answer, cookiesOf, send } from '../../packages/server-middleware/test/support/http.js'
import { NOTHING, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { startService, type TestService } from '../support/service.js'
import { until } from '../support/until.js'
import { postLogin, refusals } from './attempts.js'

/** Somebody who may not log in wants AWS to be asked, paid for and throttled; or the service busy, full, or silent. */

const forFile = thisFile()
let aws: LocalAws

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
})
beforeEach(() => aws.resetCalls())

const id = () => Buffer.from(crypto.getRandomValues(new Uint8Array(21))).toString('base64url')

/** A login that is well formed, and nothing else. */
const bodyFor = (challenge: string) =>
  JSON.stringify({ v: 2, challenge, ek: 'A'.repeat(200), iv: 'A'.repeat(16), ct: 'A'.repeat(300) })

/** A cookie that the service itself has made: anybody gets one, with a 401. */
async function takeCookie({ url }: TestService): Promise<{ cookie: string; challenge: string }> {
  const cookie = cookiesOf((await send(`${url}/`)).setCookies)
  return { cookie, challenge: /=([^.]+)\./.exec(cookie)?.[1] ?? '' }
}

function post({ url }: TestService, challenge: string, headers: Record<string, string> = {}): Promise<Answer> {
  return send(`${url}/auth`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: bodyFor(challenge),
  })
}

/** So many of them, a few at a time: the attack is on the service, not on the machine. */
async function flood(total: number, attempt: (index: number) => Promise<Answer>, atATime = 20): Promise<number[]> {
  const statuses: number[] = []
  let next = 0
  const work = async () => {
    while (next < total) statuses.push((await attempt(next++)).status)
  }
  await Promise.all(Array.from({ length: atATime }, work))
  return statuses
}

const count = (statuses: readonly number[], wanted: number) => statuses.filter((status) => status === wanted).length

describe('a flood without a valid challenge cookie asks nothing of AWS', () => {
  test('a thousand logins, with no cookie or with one that was made up; the log says so in a hundred lines', async () => {
    const service = await startService(aws, thisTest)
    const { cookie, challenge } = await takeCookie(service)
    const other = await startService(aws, thisTest, { secrets: ['the secret of another service altogether'] })
    const foreign = await takeCookie(other)
    const forgeries: ((challenge: string) => Record<string, string>)[] = [
      () => ({}),
      (wanted) => ({ cookie: `iam_auth_c=${wanted}.AAAAAAAA.${'A'.repeat(43)}` }),
      (wanted) => ({ cookie: cookie.replace(challenge, wanted) }),
      () => ({ cookie: foreign.cookie }),
      () => ({ cookie: 'iam_auth_c=' }),
      () => ({ cookie: `${'iam_auth_c=x; '.repeat(500)}` }),
    ]
    const statuses = await flood(1000, (index) => {
      const wanted = id().slice(0, 28)
      return post(service, wanted, forgeries[index % forgeries.length]?.(wanted))
    })
    expect(count(statuses, 403)).toBe(1000)
    expect(tally(aws)).toEqual(NOTHING)
    const lines = refusals(service)
    for (const code of new Set(lines)) expect(lines.filter((line) => line === code).length, `${code}`).toBeLessThan(125)
    expect(lines.length).toBeLessThan(300)
  })

  test('a thousand tokens of version 1, with no cookie or with one that has expired', async () => {
    const service = await startService(aws, thisTest, { protocols: [1, 2] })
    const { cookie } = await takeCookie(service)
    service.clock.advance(120)
    const statuses = await flood(1000, (index) => {
      const token = Buffer.from(id().repeat(20)).toString('base64')
      const path = `/auth?return_url=%2F${index % 3 === 0 ? '%3F__iam%3D1' : ''}&token=${encodeURIComponent(token)}`
      return send(service.url + path, index % 2 === 0 ? {} : { headers: { cookie } })
    })
    expect(count(statuses, 303) + count(statuses, 403)).toBe(1000)
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('pages, preflights, logouts and methods of all kinds', async () => {
    const service = await startService(aws, thisTest, { protocols: [1, 2] })
    const requests = ['GET /', 'HEAD /', 'POST /echo', 'OPTIONS /auth', 'PUT /auth', 'HEAD /auth', 'POST /auth/logout']
    await flood(350, (index) => {
      const [method = '', path = ''] = (requests[index % requests.length] ?? '').split(' ')
      return send(service.url + path, { method, headers: { cookie: `iam_auth=${id()}; iam_auth.sig=${id()}` } })
    })
    expect(tally(aws)).toEqual(NOTHING)
  })
})

describe('with cookies of the service itself', () => {
  test('what one address can cause stays within its bucket; the rest is 429, and sessions go on', async () => {
    const rateLimit = { perSecond: 0.02, burst: 100 }
    const service = await startService(aws, thisTest, { maxConcurrentLogins: 1000, rateLimit })
    const { cookie } = await logIn(service)
    aws.resetCalls()
    const statuses = await flood(300, async () => {
      const { cookie: own, challenge } = await takeCookie(service)
      return post(service, challenge, { cookie: own })
    })
    expect(count(statuses, 403) + count(statuses, 429)).toBe(300)
    expect(tally(aws)['Decrypt']).toBeLessThanOrEqual(101)
    expect(Object.keys(tally(aws))).toEqual(['Decrypt'])
    expect(count(statuses, 429)).toBeGreaterThan(0)
    expect(await send(`${service.url}/`, { headers: { cookie } })).toMatchObject({ status: 200 })
    service.clock.advance(60)
    expect((await logIn(service)).answer.status).toBe(204)
  })

  test('what all addresses together can cause stays within another, which one address alone cannot empty', async () => {
    const service = await startService(aws, thisTest, {
      before: (app) => app.set('trust proxy', true),
      rateLimit: { perSecond: 0.01, burst: 10 },
      totalRateLimit: { perSecond: 0.01, burst: 50 },
    })
    const from = (address: string) => async () => {
      const { cookie, challenge } = await takeCookie(service)
      return post(service, challenge, { cookie, 'x-forwarded-for': address })
    }
    await flood(40, from('192.0.2.1'), 4)
    expect(tally(aws)).toEqual({ Decrypt: 10 })
    const statuses = await flood(100, (index) => from(`2001:db8:${index.toString(16)}::1`)(), 4)
    expect([count(statuses, 403), count(statuses, 429)]).toEqual([40, 60])
    expect(tally(aws)).toEqual({ Decrypt: 50 })
    expect(new Set(refusals(service))).toEqual(
      new Set(['ERR_IAM_KMS_REFUSED', 'ERR_IAM_RATE_LIMIT', 'ERR_IAM_TOTAL_RATE_LIMIT']),
    )
  })

  test('addresses within one /64, or made up where Express believes any, are one address', async () => {
    const service = await startService(aws, thisTest, {
      before: (app) => app.set('trust proxy', true),
      rateLimit: { perSecond: 0.01, burst: 5 },
    })
    const addresses: ((index: number) => string)[] = [(n) => `2001:db8::${n + 1}`, (n) => `nobody-${n}`]
    for (const [round, address] of addresses.entries()) {
      await flood(20, async (index) => {
        const { cookie, challenge } = await takeCookie(service)
        return post(service, challenge, { cookie, 'x-forwarded-for': address(index) })
      })
      expect(tally(aws)).toEqual({ Decrypt: 5 * (round + 1) })
    }
  })

  test('long forwarding headers of many addresses are not kept in memory', async () => {
    const service = await startService(aws, thisTest, { before: (app) => app.set('trust proxy', 1) })
    const { cookie, challenge } = await takeCookie(service)
    const attack = (index: number) => {
      const address = `100.${100 + (index >> 8)}.${100 + (index & 127)}.${100 + ((index >> 7) & 1)}`
      return post(service, challenge, { cookie, 'x-forwarded-for': `${'x'.repeat(12_000)}, ${address}` })
    }
    await flood(100, attack)
    const before = heapUsed()
    await flood(1000, (index) => attack(index + 512))
    expect((heapUsed() - before) / 2 ** 20).toBeLessThan(6)
    expect(tally(aws)).toEqual({ Decrypt: 1 })
  })
})

function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

describe('while AWS is slow', () => {
  test('sixteen logins wait for it, the others are told to come back with the same challenge, sessions go on', async () => {
    const service = await startService(aws, thisTest)
    const { cookie } = await logIn(service)
    const logins = await Promise.all(Array.from({ length: 40 }, () => prepareLogin(service)))
    let release = () => {}
    const stalled = new Promise<void>((resolve) => {
      release = resolve
    })
    thisTest(aws.fault({ kind: 'delay', service: 'kms', until: stalled }))
    const answers = new Map<number, Answer>()
    const all = logins.map(async ({ headers, body }, index) => {
      answers.set(index, await postLogin(service, { headers, body }))
    })
    await until('the others are answered', () => answers.size === 24)
    for (const { status, headers, setCookies } of answers.values()) {
      expect([status, headers['retry-after'], setCookies]).toEqual([429, '1', []])
    }
    expect(new Set(refusals(service))).toEqual(new Set(['ERR_IAM_CONCURRENCY']))
    const refused = [...answers.keys()]
    expect(await send(`${service.url}/`, { headers: { cookie } })).toMatchObject({ status: 200 })
    expect(await send(`${service.url}/`)).toMatchObject({ status: 401 })
    release()
    await Promise.all(all)
    expect(tally(aws)).toEqual({ Decrypt: 16, GetCallerIdentity: 16 })
    const { headers, body } = logins[refused[0] ?? 0] ?? (await prepareLogin(service))
    expect(await postLogin(service, { headers, body })).toMatchObject({ status: 204 })
  })

  test('and never answers: logins end with 503, never with 401, and leave their places', async () => {
    const never = new Promise<void>(() => undefined)
    const services = await Promise.all(
      (['kms', 'sts'] as const).map(async (what) => {
        const slow = await startLocalAws()
        thisTest(slow.close)
        const service = await startService(slow, thisTest, { maxConcurrentLogins: 2 })
        return { what, slow, service }
      }),
    )
    const check = async ({ what, slow, service }: (typeof services)[number]) => {
      const logins = [await prepareLogin(service), await prepareLogin(service)]
      const { cookie } = await logIn(service)
      const heal = slow.fault({ kind: 'delay', service: what, until: never })
      const answers = await Promise.all(logins.map((login) => postLogin(service, login)))
      for (const { status, headers, setCookies } of answers) {
        expect([status, headers['retry-after'], cookiesOf(setCookies)]).toEqual([503, '5', ''])
      }
      expect(refusals(service)).toEqual(Array(2).fill(`ERR_IAM_${what.toUpperCase()}_UNAVAILABLE`))
      expect(await send(`${service.url}/`, { headers: { cookie } })).toMatchObject({ status: 200 })
      heal()
      expect((await logIn(service)).answer.status).toBe(204)
    }
    await Promise.all(services.map(check))
  })
})

describe('a body', () => {
  const connect = async ({ port }: TestService) => {
    const socket = net.connect(port, '127.0.0.1')
    thisTest(() => socket.destroy())
    socket.on('error', () => undefined)
    let received = ''
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text
    })
    await new Promise((resolve) => socket.once('connect', resolve))
    return { socket, received: () => received }
  }
  const head = ({ port }: TestService, framing: string) =>
    `POST /auth HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`

  test('announced as a gigabyte is refused before it comes', async () => {
    const service = await startService(aws, thisTest)
    const { socket, received } = await connect(service)
    socket.write(head(service, 'Content-Length: 1073741824'))
    await until('it is refused and over', () => socket.destroyed)
    expect(received()).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i)
    expect([tally(aws), refusals(service)]).toEqual([NOTHING, ['ERR_IAM_BODY_SIZE']])
  })

  test('that never ends is cut off', async () => {
    const service = await startService(aws, thisTest)
    const { socket, received } = await connect(service)
    socket.write(head(service, 'Transfer-Encoding: chunked'))
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
    const pour = () => {
      while (!socket.destroyed && socket.writable && socket.bytesWritten < 64 * 2 ** 20 && socket.write(chunk));
    }
    socket.on('drain', pour)
    pour()
    await until('it is cut off', () => socket.destroyed)
    expect(socket.bytesWritten).toBeLessThan(16 * 2 ** 20)
    expect(received()).toMatch(/^(HTTP\/1\.1 413 |$)/)
    expect([tally(aws), refusals(service)]).toEqual([NOTHING, ['ERR_IAM_BODY_SIZE']])
  })

  test('that comes byte by byte, on a hundred connections, keeps nobody else from logging in', async () => {
    const service = await startService(aws, thisTest)
    const { cookie } = await takeCookie(service)
    const slow = await Promise.all(Array.from({ length: 100 }, () => connect(service)))
    for (const { socket } of slow) socket.write(`${head(service, `Cookie: ${cookie}\r\nContent-Length: 30000`)}{`)
    await until('all of them are at work', () => service.arrived.length >= 101)
    expect((await logIn(service)).answer.status).toBe(204)
    expect(tally(aws)).toEqual({ Decrypt: 1, GetCallerIdentity: 1 })
    for (const { socket } of slow) socket.destroy()
    await until('they are given up', () => refusals(service).length === 100)
    expect(new Set(refusals(service))).toEqual(new Set(['ERR_IAM_BODY_ABORTED']))
    expect((await logIn(service)).answer.status).toBe(204)
  })
})
