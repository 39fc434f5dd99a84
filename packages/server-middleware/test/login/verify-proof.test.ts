import { formatAmzDate, formatChallengeId } from 'iam-auth-protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logIn, type Twists } from '../support/client.js'
import { expectRefusal, type Refusal, startOpenService } from '../support/refusals.js'
import { startService, type TestService, type TestServiceOptions } from '../support/service.js'

const KMS = ['Decrypt']
const KMS_AND_STS = ['Decrypt', 'GetCallerIdentity']
const OTHER_ORIGIN = 'http://localhost:1'
const OTHER_ID = formatChallengeId(1, new Uint8Array(16))
const OTHER_KEY = 'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000'

const CONTEXTS: readonly Refusal[] = [
  { 'iam-auth-origin': OTHER_ORIGIN },
  { 'iam-auth-challenge': OTHER_ID },
  { 'iam-auth-realm': '210987654321' },
  { more: 'x' },
].map((pair) => ({
  name: JSON.stringify(pair),
  twists: ({ url }) => ({
    encryptionContext: { 'iam-auth-v': '2', 'iam-auth-origin': url, 'iam-auth-challenge': OTHER_ID, ...pair },
  }),
  status: 403,
  code: 'ERR_IAM_KMS_REFUSED',
  calls: KMS,
}))

const ENVELOPES: readonly Refusal[] = (
  [
    ['another key', 'ERR_IAM_KMS_REFUSED', ({ aws }) => ({ keyArn: aws.state.key('alias/other').arn })],
    ['a data key of 16 bytes', 'ERR_IAM_DATA_KEY', () => ({ dataKeyBytes: 16 })],
    ['a changed byte', 'ERR_IAM_SEAL', () => ({ seal: (bytes) => bytes.with(0, (bytes[0] ?? 0) ^ 1) })],
    ['a changed tag', 'ERR_IAM_SEAL', () => ({ seal: (bytes) => bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1) })],
    ['a tag cut short', 'ERR_IAM_SEAL', () => ({ seal: (bytes) => bytes.subarray(0, -4) })],
    ['less than a tag', 'ERR_IAM_SEAL', () => ({ seal: (bytes) => bytes.subarray(0, 15) })],
    ['bytes that are not UTF-8', 'ERR_IAM_SEAL', () => ({ proof: () => new Uint8Array([0xff]) })],
  ] as [string, string, (service: TestService) => Twists][]
).map(([name, code, twists]) => ({ name, twists, status: 403, code, calls: KMS }))

const PROOFS: readonly Refusal[] = (
  [
    ['no JSON', () => 'x'],
    ['white space', (json) => json.replace(':', ': ')],
    ['another identity step', (json) => json.replace('"sts"', '"jwt"')],
    ['a URL', (json) => json.replace('}', ',"url":"https://sts.evil.example/"}')],
    ['a region that is a host', (json) => json.replace(/"r":"[^"]*"/, '"r":"evil.example?"')],
    ['a session token beside a long-term key', (json) => json.replace('"s":', '"t":"x","s":')],
    ['a temporary key without a token', (json) => json.replace('AKIA', 'ASIA')],
    ['a line feed in the access key id', (json) => json.replace(/"a":"[^"]*"/, '"a":"AKIAAAAAAAAAAAAA\\n"')],
    ['a signature cut short', (json) => json.replace(/.."\}$/, '"}')],
    // What Vault, EKS and Teleport take: a whole request, signed without our header.
    ['a signed request', () => '{"method":"POST","url":"aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8=","headers":"e30="}'],
  ] as [string, (json: string) => string][]
).map(([name, proof]) => ({ name, twists: () => ({ proof }), status: 403, code: 'ERR_IAM_PROOF_SCHEMA', calls: KMS }))

const DATES: readonly Refusal[] = (
  [
    ['301 seconds ago', ({ clock }) => formatAmzDate(clock.ms - 301_000)],
    ['301 seconds ahead', ({ clock }) => formatAmzDate(clock.ms + 301_000)],
    ['16 minutes ago', ({ clock }) => formatAmzDate(clock.ms - 960_000)],
    ['on the 30th of February', () => '20260230T000000Z'],
  ] as [string, (service: TestService) => string][]
).map(([name, date]) => ({
  name,
  twists: (service: TestService) => ({ date: date(service) }),
  status: 403,
  code: 'ERR_IAM_PROOF_DATE',
  calls: KMS,
}))

const BINDINGS: readonly Refusal[] = (
  [
    { origin: OTHER_ORIGIN },
    { realm: '210987654321' },
    { challenge: OTHER_ID },
    { exp: '1' },
    { versions: '1 2' },
    { proofs: 'sts-kms jwt' },
    { proof: 'jwt' },
    { keyArn: OTHER_KEY },
    { encryptionContextHeader: 'e30=' },
    { authPath: undefined },
  ] as NonNullable<Twists['fields']>[]
).map((fields) => ({
  name: Object.keys(fields).join(),
  twists: () => ({ fields }),
  status: 403,
  code: 'ERR_IAM_STS_REFUSED',
  calls: KMS_AND_STS,
}))

const CALLERS: readonly Refusal[] = [
  {
    name: 'of another account',
    credentials: ({ aws }) => aws.issueSession({ user: 'mallory', accountId: '210987654321' }),
    status: 403,
    code: 'ERR_IAM_ACCOUNT',
    calls: KMS_AND_STS,
  },
  {
    name: 'federated',
    credentials: ({ aws }) => aws.issueSession({ federatedUser: 'bob', by: 'alice' }),
    status: 403,
    code: 'ERR_IAM_NOT_ALLOWED',
    calls: KMS_AND_STS,
  },
]

describe('a login is refused for its proof', () => {
  let service: TestService
  beforeAll(async () => {
    service = await startOpenService()
  })
  afterAll(() => service.close())

  it.each(CONTEXTS)('encrypted with another context: $name', (row) => expectRefusal(service, row))
  it.each(ENVELOPES)('sealed with $name', (row) => expectRefusal(service, row))
  it.each(PROOFS)('a proof with $name', (row) => expectRefusal(service, row))
  it('signed for a region not in the list', () =>
    expectRefusal(service, {
      name: 'region',
      twists: () => ({ region: 'eu-central-1' }),
      status: 403,
      code: 'ERR_IAM_STS_REGION',
      calls: KMS,
    }))
  it.each(DATES)('signed $name', (row) => expectRefusal(service, row))
  it.each(BINDINGS)('signed for another login: $name', (row) => expectRefusal(service, row))
  it('with a changed signature', () =>
    expectRefusal(service, {
      name: 'signature',
      twists: () => ({ proof: (json) => json.replace(/(.)"\}$/, (_, hex: string) => `${hex === '0' ? '1' : '0'}"}`) }),
      status: 403,
      code: 'ERR_IAM_STS_REFUSED',
      calls: KMS_AND_STS,
    }))
  it.each([-240, 240])('but not where it was signed %i seconds from now', async (seconds) => {
    const { answer } = await logIn(service, { twists: { date: formatAmzDate(service.clock.ms + seconds * 1000) } })
    expect(answer.status).toBe(204)
  })
  it.each(CALLERS)('by a caller $name', (row) => expectRefusal(service, row))
})

describe('a login whose service meets the unforeseen', () => {
  const postTo = async (options: TestServiceOptions) => {
    const service = await startService(options)
    const { answer } = await logIn(service)
    const { status, setCookies } = answer
    const seen = {
      status,
      codes: service.codes(),
      sessions: setCookies.filter((line) => line.startsWith('iam_auth=')).length,
    }
    await service.close()
    return seen
  }

  it('is refused where KMS answers with another key', async () => {
    const decrypt = async () => ({ plaintext: new Uint8Array(32), keyArn: OTHER_KEY })
    expect(await postTo({ deps: { decrypt } })).toEqual({ status: 403, codes: ['ERR_IAM_KMS_KEY'], sessions: 0 })
  })

  it('fails closed', async () => {
    const whoAmI = () => Promise.reject(new TypeError('a bug'))
    expect(await postTo({ deps: { whoAmI } })).toEqual({ status: 500, codes: ['ERR_IAM_INTERNAL'], sessions: 0 })
  })

  it("is not undone by the operator's hook", async () => {
    const onLogin = () => {
      throw new Error('the audit log is full')
    }
    expect(await postTo({ onLogin })).toEqual({ status: 204, codes: [], sessions: 1 })
  })
})
