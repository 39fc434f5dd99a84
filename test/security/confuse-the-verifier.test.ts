import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { prepareLogin, readChallenge } from '../../packages/server-middleware/test/support/client.js'
import { cookiesOf, send } from '../../packages/server-middleware/test/support/http.js'
import { NOTHING, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { startService, type TestService } from '../support/service.js'
import { until } from '../support/until.js'
import { admitted, attemptLogin, postLogin, redeemToken, refusals, takeToken } from './attempts.js'
import { ALICE, answerOf, type FakeSts, type Script, startFakeSts } from './fake-aws.js'

/** Somebody who may use the key, or who speaks for STS, wants one thing to be checked and another to be believed. */

const forFile = thisFile()
let aws: LocalAws
let sts: FakeSts

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  sts = await startFakeSts(forFile)
})
beforeEach(() => {
  aws.resetCalls()
  sts.asked.length = 0
})

const withFakeSts = () => startService(aws, thisTest, { endpoints: { kms: aws.endpoint, sts: sts.endpoint } })
const GOOD = answerOf(ALICE)

describe('an envelope of the wrong key or context opens nothing', () => {
  const contextOf = (service: TestService, id: string, over: object = {}) => ({
    'iam-auth-v': '2',
    'iam-auth-origin': service.url,
    'iam-auth-challenge': id,
    'iam-auth-realm': ALICE.Account,
    ...over,
  })
  const upper = (context: object) =>
    Object.fromEntries(Object.entries(context).map(([name, value]) => [name.toUpperCase(), value])) as Record<
      string,
      string
    >

  test.each<[string, (service: TestService, id: string) => Record<string, string>]>([
    ['names in upper case, which key policies do not tell from ours', (service, id) => upper(contextOf(service, id))],
    ['both spellings', (service, id) => ({ ...contextOf(service, id), ...upper(contextOf(service, id)) })],
    ['a pair more', (service, id) => contextOf(service, id, { salt: 'x' })],
    ['a trailing slash', (service, id) => contextOf(service, id, { 'iam-auth-origin': `${service.url}/` })],
    ['https', (service, id) => contextOf(service, id, { 'iam-auth-origin': service.url.replace('http', 'https') })],
    ['another version', (service, id) => contextOf(service, id, { 'iam-auth-v': '1' })],
    ['a pair less', (service, id) => Object.fromEntries(Object.entries(contextOf(service, id)).slice(0, 3))],
  ])('a context with %s', async (_, make) => {
    const service = await startService(aws, thisTest)
    const challenged = await send(`${service.url}/`)
    const challenge = readChallenge(challenged, service.url, service.clock.ms)
    const own = challenge.bound.challenge
    const { body } = await prepareLogin(service, { twists: { encryptionContext: make(service, own) } })
    const headers = { 'content-type': 'application/json', cookie: cookiesOf(challenged.setCookies) }
    const answer = await send(`${service.url}/auth`, {
      method: 'POST',
      headers,
      body: body.replace(/"challenge":"[^"]*"/, `"challenge":"${own}"`),
    })
    expect([answer.status, refusals(service), tally(aws)]).toEqual([403, ['ERR_IAM_KMS_REFUSED'], { Decrypt: 1 }])
  })

  test('a data key of an earlier login, with everything else new', async () => {
    const service = await startService(aws, thisTest)
    const earlier = JSON.parse((await prepareLogin(service)).body) as { ek: string }
    const { headers, body } = await prepareLogin(service)
    const { ek } = JSON.parse(body) as { ek: string }
    const mixed = body.replace(ek, earlier.ek)
    expect(await postLogin(service, { headers, body: mixed })).toMatchObject({ status: 403 })
    expect(tally(aws)).toEqual({ Decrypt: 1 })
  })
})

const escaped = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`

describe('a body that two readers would read differently', () => {
  const twins: [name: string, change: (body: string) => string | Buffer][] = [
    ['a member twice', (body) => body.replace('{', '{"v":2,')],
    ['a member twice, one spelt with an escape', (body) => body.replace(',"ek"', ',"\\u0065k":"AAAA","ek"')],
    ['a name spelt with an escape', (body) => body.replace('"challenge"', '"\\u0063hallenge"')],
    ['a value spelt with an escape', (body) => body.replace(/"iv":"./, (start) => `"iv":"${escaped(start.slice(-1))}`)],
    ['2.0', (body) => body.replace('"v":2', '"v":2.0')],
    ['2e0', (body) => body.replace('"v":2', '"v":2e0')],
    ['"2"', (body) => body.replace('"v":2', '"v":"2"')],
    ['other order', (body) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body)).toReversed()))],
    ['one more member', (body) => body.replace('}', ',"x":1}')],
    ['__proto__', (body) => body.replace('}', ',"__proto__":{"v":2}}')],
    ['a line feed at the end', (body) => `${body}\n`],
    ['a second document', (body) => `${body}{}`],
    ['a byte order mark', (body) => `\ufeff${body}`],
    ['a no-break space', (body) => `\u00a0${body}`],
    ['UTF-16', (body) => Buffer.from(body, 'utf16le')],
    ['a NUL', (body) => `${body}\0`],
    ['an overlong sequence', (body) => Buffer.from(body.replace('"v"', '"\xc1\xb6"'), 'latin1')],
    ['padded base64', (body) => body.replace(/"}$/, '="}')],
    ['base64 with a plus', (body) => body.replace(/"ek":"./, '"ek":"+')],
    ['the letters of another alphabet', (body) => body.replace('"ct":"', '"ct":"\u0410')],
    ['a list', (body) => `[${body}]`],
    ['what a form would send', (body) => `${body}=`],
  ]
  test('is malformed, asks nothing, and does not use the challenge up', async () => {
    const service = await startService(aws, thisTest)
    const { headers, body } = await prepareLogin(service)
    for (const [name, change] of twins) {
      const changed = change(body)
      expect(Buffer.compare(Buffer.from(changed), Buffer.from(body)), name).not.toBe(0)
      const answer = await postLogin(service, { headers, body: changed })
      expect([name, answer.status, answer.setCookies]).toEqual([name, 400, []])
    }
    expect(tally(aws)).toEqual(NOTHING)
    expect(await postLogin(service, { headers, body })).toMatchObject({ status: 204 })
  })

  test.each<[string, (proof: string) => string | Buffer]>([
    ['a member twice', (proof) => proof.replace('"r":', '"r":"eu-west-1","r":')],
    ['a member twice, one spelt with an escape', (proof) => proof.replace('"r":', '"\\u0072":"eu-west-1","r":')],
    ['a value spelt with an escape', (proof) => proof.replace('"sts"', '"\\u0073ts"')],
    ['2.0', (proof) => proof.replace('"v":2', '"v":2.0')],
    ['digits of another script', (proof) => proof.replace(/"d":"2/, '"d":"\uff12')],
    [
      'an upper-case signature',
      (proof) => proof.replace(/"s":"(.*)"/, (_, hex: string) => `"s":"${hex.toUpperCase()}"`),
    ],
    ['two signatures', (proof) => proof.replace(/"s":"(.*)"/, '"s":["$1"]')],
    ['a region with a line feed', (proof) => proof.replace('us-east-1', 'us-east-1\\n')],
    ['a region with a path', (proof) => proof.replace('us-east-1', 'us-east-1/../evil')],
    [
      'an access key with a header',
      (proof) => proof.replace(/"a":"[^"]*"/, '"a":"AKIAAAAAAAAAAAAAAAAA, SignedHeaders=host"'),
    ],
    ['another endpoint', (proof) => proof.replace('}', ',"host":"evil.example"}')],
    ['a byte order mark', (proof) => `\ufeff${proof}`],
    ['an overlong sequence', (proof) => Buffer.from(proof.replace('"v"', '"\xc1\xb6"'), 'latin1')],
  ])('nor does a sealed proof with %s reach STS', async (_, proof) => {
    const service = await startService(aws, thisTest, { stsRegions: ['us-east-1', 'eu-west-1'] })
    expect((await attemptLogin(service, { twists: { proof } })).status).toBe(403)
    expect(refusals(service)).toEqual([expect.stringMatching(/^ERR_IAM_(PROOF_SCHEMA|SEAL)$/)])
    expect(tally(aws)).toEqual({ Decrypt: 1 })
  })

  const session = () => {
    const { accessKeyId, secretAccessKey, sessionToken } = aws.issueSession({ user: 'alice' })
    return {
      AccessKeyId: accessKeyId,
      Expiration: '2026-01-01T00:15:00Z',
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
    }
  }
  test.each<[string, (credentials: ReturnType<typeof session>) => string]>([
    ['a member twice', (own) => JSON.stringify(own).replace('{', `{"AccessKeyId":"ASIA${'A'.repeat(16)}",`)],
    [
      'a member twice, one spelt with an escape',
      (own) => JSON.stringify(own).replace('{', `{"\\u0041ccessKeyId":"ASIA${'A'.repeat(16)}",`),
    ],
    ['names in other case beside its own', (own) => JSON.stringify({ ...own, accessKeyId: own.AccessKeyId })],
    ['__proto__', (own) => JSON.stringify(own).replace('{', '{"__proto__":{"x":"y"},')],
    ['credentials inside credentials', (own) => JSON.stringify({ Credentials: own })],
    ['something after it', (own) => `${JSON.stringify(own)}{}`],
    ['a no-break space', (own) => `\u00a0${JSON.stringify(own)}`],
    ['a line feed in the secret', (own) => JSON.stringify({ ...own, SecretAccessKey: `${own.SecretAccessKey}\n` })],
    ['a header in the expiration', (own) => JSON.stringify({ ...own, Expiration: 'x\r\nHost: evil' })],
    ['an access key in lower case', (own) => JSON.stringify({ ...own, AccessKeyId: own.AccessKeyId.toLowerCase() })],
    ['a profile to assume', (own) => JSON.stringify({ ...own, role_arn: 'arn:aws:iam::1:role/x' })],
  ])('nor a token of version 1 with %s', async (_, plaintext) => {
    const service = await startService(aws, thisTest, { protocols: [1, 2] })
    const own = session()
    expect((await redeemToken(service, await takeToken(service, plaintext(own)))).status).toBe(403)
    expect([refusals(service), tally(aws)]).toEqual([['ERR_IAM_SESSION_TOKEN_SCHEMA'], { Decrypt: 1 }])
    const logged = JSON.stringify(service.log)
    for (const secret of [own.SecretAccessKey, own.SessionToken.slice(0, 40)]) expect(logged).not.toContain(secret)
  })
})

describe('an answer that is not plainly STS’s own is none', () => {
  const http = (body: string, headers = '') =>
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`
  const bob = { ...ALICE, Arn: `arn:aws:iam::${ALICE.Account}:user/bob` }
  const XML = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${ALICE.Arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`

  test.each<[string, Script]>([
    ['XML, said to be JSON', XML],
    ['XML, said to be XML', { type: 'text/xml', body: XML }],
    ['JSON said to be XML', { type: 'text/xml', body: GOOD }],
    ['a web page', { type: 'text/html', body: GOOD }],
    ['JSON of a vendor', { type: 'application/problem+json', body: GOOD }],
    ['two types', { type: 'text/html, application/json', body: GOOD }],
    ['the result reflected in an error of another action', answerOf({ Message: GOOD })],
    ['a string of JSON', JSON.stringify(GOOD)],
    ['another action around it', `{"AssumeRoleResponse":${GOOD}}`],
    [
      'its result beside the response',
      JSON.stringify({ GetCallerIdentityResponse: {}, GetCallerIdentityResult: ALICE }),
    ],
    [
      'a second result',
      GOOD.replace('"ResponseMetadata"', `"GetCallerIdentityResult":${JSON.stringify(bob)},"ResponseMetadata"`),
    ],
    ['a second ARN somewhere else', answerOf(ALICE, { Arn: bob.Arn })],
    ['a second account somewhere else', answerOf(ALICE, { Account: '210987654321' })],
    ['a second ARN inside the first', answerOf({ ...ALICE, Arn: [ALICE.Arn, bob.Arn] })],
    [
      'members of a prototype',
      `{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"__proto__":${JSON.stringify(ALICE)}}}}`,
    ],
    ['names in lower case', answerOf({ account: ALICE.Account, arn: ALICE.Arn, userId: ALICE.UserId })],
    ['a byte order mark', `\ufeff${GOOD}`],
    [
      'UTF-16',
      (write, socket) => {
        const body = Buffer.from(GOOD, 'utf16le')
        write(
          `HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-16le\r\nContent-Length: ${body.length}\r\n\r\n`,
        )
        socket.write(body)
      },
    ],
    ['compressed', (write) => write(http(GOOD, 'Content-Encoding: gzip\r\n').replace(GOOD, 'x'.repeat(GOOD.length)))],
    ['201', { status: 201, body: GOOD }],
    ['206', { status: 206, body: GOOD }],
    ['an answer to nobody', answerOf({ ...ALICE, UserId: '' })],
  ])('%s', async (_, script) => {
    const service = await withFakeSts()
    sts.answer(script)
    expect((await attemptLogin(service)).status).toBe(403)
    expect([refusals(service), sts.asked.length]).toEqual([['ERR_IAM_STS_ANSWER'], 1])
  })

  test('a redirect is not followed, wherever it leads', async () => {
    const elsewhere = await startFakeSts(thisTest)
    elsewhere.answer(GOOD)
    for (const status of [301, 302, 303, 307, 308]) {
      const service = await withFakeSts()
      sts.answer((write) =>
        write(`HTTP/1.1 ${status} Moved\r\nLocation: ${elsewhere.endpoint}/\r\nContent-Length: 0\r\n\r\n`),
      )
      expect((await attemptLogin(service)).status).toBe(403)
    }
    expect(elsewhere.asked).toEqual([])
  })

  test('a stream without end is cut off at 64 KiB, with or without a good beginning', async () => {
    for (const beginning of ['', GOOD]) {
      const service = await withFakeSts()
      let written = 0
      let isClosed = false
      sts.answer((write, socket) => {
        socket.on('close', () => {
          isClosed = true
        })
        write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n')
        write(`${(beginning.length + 1).toString(16)}\r\n ${beginning}\r\n`)
        const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`
        const pour = () => {
          while (!socket.destroyed && written < 64 * 2 ** 20 && socket.write(chunk)) written += 0x4000
        }
        socket.on('drain', pour)
        pour()
      })
      expect((await attemptLogin(service)).status).toBe(403)
      await until('the connection is closed', () => isClosed)
      expect(written).toBeLessThan(16 * 2 ** 20)
      expect(refusals(service)).toEqual(['ERR_IAM_STS_ANSWER'])
    }
  })

  test('a second answer behind the first is not taken for that to the next login', async () => {
    const service = await withFakeSts()
    sts.answer((write) => write(http(answerOf(bob)) + http(GOOD)))
    expect((await attemptLogin(service)).status).toBe(204)
    sts.answer(answerOf({ ...ALICE, Arn: `arn:aws:iam::${ALICE.Account}:user/carol` }))
    expect((await attemptLogin(service)).status).toBe(204)
    expect(admitted(service)).toEqual([bob.Arn, `arn:aws:iam::${ALICE.Account}:user/carol`])
  })

  test('one in pieces, behind hints, or with more members than are known, is', async () => {
    const service = await withFakeSts()
    sts.answer((write) => {
      write('HTTP/1.1 103 Early Hints\r\nContent-Type: text/html\r\n\r\n')
      for (const piece of http(answerOf({ ...ALICE, New: 1 })).match(/[\s\S]{1,7}/g) ?? []) write(piece)
    })
    expect((await attemptLogin(service)).status).toBe(204)
  })

  test('no proxy of the environment is asked, and nothing of AWS’s but what the option names', async () => {
    const trap = await startFakeSts(thisTest)
    const before = { ...process.env }
    thisTest(() => {
      process.env = before
    })
    for (const name of [
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'ALL_PROXY',
      'http_proxy',
      'https_proxy',
      'AWS_ENDPOINT_URL_STS',
    ]) {
      process.env[name] = trap.endpoint
    }
    const service = await startService(aws, thisTest)
    expect((await attemptLogin(service)).status).toBe(204)
    expect(trap.asked).toEqual([])
  })
})
