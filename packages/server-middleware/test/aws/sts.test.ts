import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createWhoAmI } from '../../src/aws/sts.js'
import { prepareLogin } from '../support/client.js'
import { send } from '../support/http.js'
import { startService } from '../support/service.js'

interface Scripted {
  readonly status?: number
  readonly type?: string
  readonly headers?: Record<string, string>
  readonly body: string
}

const ALICE = { Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/alice', UserId: 'AIDAAAAAAAAAAAAAAAAA' }
const answerOf = (result: object) =>
  JSON.stringify({
    GetCallerIdentityResponse: { GetCallerIdentityResult: result, ResponseMetadata: { RequestId: 'x' } },
  })
const GOOD = answerOf(ALICE)
const XML =
  '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>x</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>'

/** An STS that answers what it is told to. */
let script: Scripted = { body: GOOD }
const received: http.IncomingMessage[] = []
const sts = http.createServer((req, res) => {
  received.push(req)
  res.writeHead(script.status ?? 200, { 'content-type': script.type ?? 'application/json', ...script.headers })
  res.end(script.body)
})
let endpoint: string
beforeAll(async () => {
  await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`
})
afterAll(() => {
  sts.closeAllConnections()
  sts.close()
})

const SIGNED = {
  region: 'eu-west-1',
  headers: [
    ['host', 'sts.eu-west-1.amazonaws.com'],
    ['content-length', '43'],
  ],
} as const

/** What comes of an answer of STS: an account, or a code. */
async function outcome(scripted: Scripted, timeoutMs = 5000): Promise<unknown> {
  script = scripted
  return createWhoAmI({ endpoint, timeoutMs })(SIGNED).then(
    ({ account }) => account,
    ({ code }) => code,
  )
}

describe('an answer of STS', () => {
  it('that is GetCallerIdentity’s, in JSON, is taken', async () => {
    expect(await outcome({ body: GOOD })).toBe('123456789012')
    expect(await outcome({ body: GOOD, type: 'Application/JSON; charset=utf-8' })).toBe('123456789012')
  })

  it.each<[string, Scripted]>([
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: GOOD }],
    ['another success', { status: 202, body: GOOD }],
    ['two megabytes', { body: GOOD + ' '.repeat(2_000_000) }],
    ['64 KiB and one byte', { body: GOOD + ' '.repeat(64 * 1024 + 1 - GOOD.length) }],
    ['a web page', { type: 'text/html', body: GOOD }],
    ['no media type', { type: '', body: GOOD }],
    ['text/xml', { type: 'text/xml', body: XML }],
    ['XML that claims to be JSON', { body: XML }],
    ['JSON after something else', { body: `x${GOOD}` }],
    ['JSON before something else', { body: `${GOOD}{}` }],
    ['XML in a string of JSON', { body: JSON.stringify({ AssumeRoleResponse: XML }) }],
    ['another action', { body: JSON.stringify({ AssumeRoleResponse: { GetCallerIdentityResult: ALICE } }) }],
    [
      'a list of results',
      { body: `{"GetCallerIdentityResponse":{"GetCallerIdentityResult":[${JSON.stringify(ALICE)}]}}` },
    ],
    [
      'two results',
      {
        body: GOOD.replace(
          '"ResponseMetadata"',
          `"GetCallerIdentityResult":${JSON.stringify(ALICE)},"ResponseMetadata"`,
        ),
      },
    ],
    ['two ARNs', { body: GOOD.replace('"Arn"', '"Arn":"arn:aws:iam::123456789012:user/bob","Arn"') }],
    [
      'two ARNs, one in disguise',
      { body: GOOD.replace('"UserId"', '"\\u0041rn":"arn:aws:iam::123456789012:user/bob","UserId"') },
    ],
    ['no ARN', { body: answerOf({ ...ALICE, Arn: undefined }) }],
    ['an empty ARN', { body: answerOf({ ...ALICE, Arn: '' }) }],
    ['no account', { body: answerOf({ ...ALICE, Account: undefined }) }],
    ['a number for an account', { body: answerOf({ ...ALICE, Account: 123456789012 }) }],
    ['no user id', { body: answerOf({ ...ALICE, UserId: undefined }) }],
    ['an inherited member', { body: '{"GetCallerIdentityResponse":{"__proto__":{"GetCallerIdentityResult":{}}}}' }],
    ['null', { body: 'null' }],
    ['nothing', { body: '' }],
  ])('that is %s is refused', async (_, scripted) => {
    expect(await outcome(scripted)).toBe('ERR_IAM_STS_ANSWER')
  })

  it.each<[string, string, Scripted]>([
    ['a bad signature', 'REFUSED', { status: 403, body: '{"Error":{"Code":"SignatureDoesNotMatch"}}' }],
    ['an expired token', 'REFUSED', { status: 403, body: '{"Error":{"Code":"ExpiredToken"}}' }],
    ['a bad request', 'REFUSED', { status: 400, body: '' }],
    ['throttling', 'UNAVAILABLE', { status: 400, body: '{"Error":{"Code":"Throttling"}}' }],
    ['throttling in XML', 'UNAVAILABLE', { status: 400, body: '<Error><Code>RequestLimitExceeded</Code></Error>' }],
    ['too many requests', 'UNAVAILABLE', { status: 429, body: '' }],
    ['an internal failure', 'UNAVAILABLE', { status: 500, body: '' }],
    ['a gateway', 'UNAVAILABLE', { status: 502, body: GOOD }],
  ])('that is %s: %s', async (_, code, scripted) => {
    expect(await outcome(scripted)).toBe(`ERR_IAM_STS_${code}`)
  })

  it('that does not come is an outage', async () => {
    const silent = http.createServer(() => undefined).listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    const { port } = silent.address() as AddressInfo
    const asked = createWhoAmI({ endpoint: `http://127.0.0.1:${port}`, timeoutMs: 50 })(SIGNED)
    await expect(asked).rejects.toMatchObject({ code: 'ERR_IAM_STS_UNAVAILABLE' })
    silent.closeAllConnections()
    await new Promise((resolve) => silent.close(resolve))
    const refused = createWhoAmI({ endpoint: `http://127.0.0.1:${port}` })(SIGNED)
    await expect(refused).rejects.toMatchObject({ code: 'ERR_IAM_STS_UNAVAILABLE' })
  })

  it('that stops halfway is an outage', async () => {
    expect(await outcome({ body: GOOD, headers: { 'content-length': '100000' } }, 100)).toBe('ERR_IAM_STS_UNAVAILABLE')
  })
})

describe('the request to STS', () => {
  it('goes out over one connection, with the Host that was signed', async () => {
    // Of its own: what a test above gave up on may reach the other one late.
    const seen: http.IncomingMessage[] = []
    const own = http.createServer((req, res) => {
      seen.push(req)
      res.writeHead(200, { 'content-type': 'application/json' }).end(GOOD)
    })
    await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void own.close().closeAllConnections())
    const whoAmI = createWhoAmI({ endpoint: `http://127.0.0.1:${(own.address() as AddressInfo).port}` })
    await whoAmI(SIGNED)
    await whoAmI(SIGNED)
    expect(seen.map(({ headers, method, url }) => [method, url, headers.host])).toEqual([
      ['POST', '/', 'sts.eu-west-1.amazonaws.com'],
      ['POST', '/', 'sts.eu-west-1.amazonaws.com'],
    ])
    expect(new Set(seen.map(({ socket }) => socket.remotePort)).size).toBe(1)
  })

  it('is sent again where a kept connection turns out to be closed', async () => {
    script = { body: GOOD }
    const whoAmI = createWhoAmI({ endpoint })
    await whoAmI(SIGNED)
    const reset = new Promise((resolve) => sts.once('connection', resolve))
    sts.prependOnceListener('request', (req) => void (received.length % 2 === 0 && req.socket.resetAndDestroy()))
    received.length = 0
    expect((await whoAmI(SIGNED)).account).toBe('123456789012')
    await reset
  })
})

describe('a caller that STS names', () => {
  it.each([
    ['ERR_IAM_ACCOUNT', { Account: '210987654321' }],
    ['ERR_IAM_ACCOUNT', { Account: '210987654321', Arn: 'arn:aws:iam::210987654321:user/alice' }],
    ['ERR_IAM_PARTITION', { Arn: 'arn:aws-cn:iam::123456789012:user/alice' }],
    ['ERR_IAM_PRINCIPAL_ARN', { Arn: 'arn:aws-evil:iam::123456789012:user/alice' }],
    ['ERR_IAM_PRINCIPAL_ARN', { Arn: 'arn:aws:sts::123456789012:assumed-role/a/b/c' }],
    ['ERR_IAM_PRINCIPAL_ARN', { Arn: 'arn:aws:sts::123456789012:assumed-role/a' }],
    ['ERR_IAM_PRINCIPAL_ARN', { Arn: 'arn:aws:iam::123456789012:user/' }],
    ['ERR_IAM_PRINCIPAL_ARN', { Arn: 'arn:aws:iam::1234567890123:user/alice' }],
    ['ERR_IAM_PRINCIPAL_ARN', { Arn: 'arn:aws:iam:123456789012:user/alice' }],
    ['ERR_IAM_PRINCIPAL_ARN', { Arn: 'arn:aws:iam::123456789012:user/alice:x' }],
    ['ERR_IAM_PRINCIPAL_ARN', { Arn: 'arn:aws:iam::123456789012:group/alice' }],
    [
      'ERR_IAM_STS_ANSWER',
      { Arn: 'arn:aws:sts::123456789012:assumed-role/a/alice', UserId: 'AROAAAAAAAAAAAAAAAAA:bob' },
    ],
    ['ERR_IAM_STS_ANSWER', { UserId: 'AROAAAAAAAAAAAAAAAAA:alice' }],
    ['ERR_IAM_STS_ANSWER', { UserId: 'AIDAAAAAAAAAAAAAAAAA:' }],
    [
      'ERR_IAM_STS_ANSWER',
      { Arn: 'arn:aws:sts::123456789012:assumed-role/a/bob', UserId: 'AROAAAAAAAAAAAAAAAAA:bob:x' },
    ],
    ['ERR_IAM_STS_ANSWER', { Arn: 'arn:aws:sts::123456789012:federated-user/alice', UserId: '123456789012:bob' }],
    ['ERR_IAM_NOT_ALLOWED', { Arn: 'arn:aws:iam::123456789012:root', UserId: '123456789012' }],
    ['ERR_IAM_NOT_ALLOWED', { Arn: 'arn:aws:sts::123456789012:federated-user/alice', UserId: '123456789012:alice' }],
  ])('is refused: %s %j', async (code, over) => {
    script = { body: answerOf({ ...ALICE, ...over }) }
    const service = await startService({ deps: { whoAmI: createWhoAmI({ endpoint }) } })
    const { headers, body } = await prepareLogin(service)
    const answer = await send(`${service.url}/auth`, { method: 'POST', headers, body })
    expect([answer.status, service.codes()]).toEqual([403, [code]])
    await service.close()
  })
})
