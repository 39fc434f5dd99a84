import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Credentials, prepareLogin, type Twists } from '../../packages/server-middleware/test/support/client.js'
import type { Answer } from '../../packages/server-middleware/test/support/http.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { keysOf } from '../support/proxy.js'
import { type ServiceOptions, startService } from '../support/service.js'
import { postLogin, redeemToken, refusals, takeToken } from './attempts.js'
import { ALICE, answerOf, type FakeSts, type Script, startFakeKms, startFakeSts } from './fake-aws.js'

/** Somebody who is refused tries one thing after another, to learn from the answers how far it got. */

const forFile = thisFile()
const REALM = ALICE.Account
const STRANGERS = '210987654321'
let aws: LocalAws
let sts: FakeSts

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  const statement = { Effect: 'Allow', Action: '*', Resource: '*' } as const
  const policy = { Version: '2012-10-17', Statement: { ...statement, Principal: '*' } } as const
  aws.state.key().policy = policy
  aws.state.addKey({ aliases: ['alias/other'], policy })
  const users = [{ name: 'alice', policies: [{ Version: '2012-10-17' as const, Statement: statement }] }]
  aws.state.addAccount({ id: STRANGERS, users, roles: [], keys: [] })
  sts = await startFakeSts(forFile)
})

describe('a refusal says nothing of its reason', () => {
  const session = (user: string, accountId?: string) => aws.issueSession({ user, ...(accountId && { accountId }) })
  const says =
    (result: object): (() => Script) =>
    () =>
      answerOf({ ...ALICE, ...result })
  interface Way {
    readonly credentials?: () => Credentials
    readonly twists?: Twists | (() => Twists)
    readonly script?: () => Script
    readonly kms?: (json: string) => string
    readonly options?: ServiceOptions
  }
  const ways: Record<string, Way> = {
    ERR_IAM_KMS_REFUSED: { twists: () => ({ keyArn: aws.state.key('alias/other').arn }) },
    ERR_IAM_KMS_KEY: { kms: (json) => json.replace(aws.state.key().arn, aws.state.key('alias/other').arn) },
    ERR_IAM_DATA_KEY: { twists: { dataKeyBytes: 31 } },
    ERR_IAM_SEAL: { twists: { seal: (bytes) => bytes.with(0, (bytes[0] ?? 0) ^ 1) } },
    ERR_IAM_PROOF_SCHEMA: { twists: { proof: () => '{}' } },
    ERR_IAM_STS_REGION: { twists: { region: 'eu-west-1' } },
    ERR_IAM_PROOF_DATE: { twists: { date: '20200101T000000Z' } },
    ERR_IAM_STS_REFUSED: { twists: { fields: { origin: 'http://localhost:1' } } },
    ERR_IAM_STS_ANSWER: { script: () => '{}' },
    ERR_IAM_PRINCIPAL_ARN: { script: says({ Arn: `arn:aws:iam::${REALM}:group/alice` }) },
    ERR_IAM_ACCOUNT: { credentials: () => session('alice', STRANGERS) },
    ERR_IAM_PARTITION: { script: says({ Arn: `arn:aws-cn:iam::${REALM}:user/alice` }) },
    ERR_IAM_NOT_ALLOWED: { options: { allow: { users: [`arn:aws:iam::${REALM}:user/bob`] } } },
  }
  const seen = new Map<string, object>()

  test.each(Object.entries(ways))('%s', async (code, { credentials, twists, script, kms, options = {} }) => {
    const endpoints = {
      kms: kms === undefined ? aws.endpoint : await startFakeKms(aws, kms, thisTest),
      sts: script === undefined ? aws.endpoint : sts.endpoint,
    }
    if (script !== undefined) sts.answer(script())
    const service = await startService(aws, thisTest, { endpoints, ...options })
    for (const accept of ['*/*', 'text/html']) {
      const { headers, body } = await prepareLogin(service, {
        credentials: credentials?.() ?? keysOf(aws, 'alice'),
        twists: (typeof twists === 'function' ? twists() : twists) ?? {},
      })
      const answer = await postLogin(service, { headers: { ...headers, accept }, body })
      expect(answer.status).toBe(403)
      expect(refusals(service).at(-1)).toBe(code)
      const shown = told(answer)
      expect(shown).toEqual(seen.get(accept) ?? shown)
      seen.set(accept, shown)
    }
  })

  test('nor do those of version 1, which are the same', async () => {
    const service = await startService(aws, thisTest, {
      protocols: [1, 2],
      allow: { users: [`arn:aws:iam::${REALM}:user/bob`] },
    })
    const credentials = aws.issueSession({ user: 'alice' })
    const plaintexts: [string, string | typeof credentials][] = [
      ['ERR_IAM_SESSION_TOKEN_SCHEMA', 'x'.repeat(200)],
      ['ERR_IAM_STS_REFUSED', { ...credentials, secretAccessKey: 'x'.repeat(40) }],
      ['ERR_IAM_NOT_ALLOWED', credentials],
    ]
    for (const [code, plaintext] of plaintexts) {
      const answer = await redeemToken(service, await takeToken(service, plaintext))
      expect([answer.status, refusals(service).at(-1)]).toEqual([403, code])
      expect(told(answer)).toEqual(seen.get('*/*'))
    }
  })
})

/** All that a client can see of an answer, but for the time of day. */
function told({ status, rawHeaders, text }: Answer): object {
  const headers = rawHeaders.map((value, index) => (rawHeaders[index - 1] === 'Date' ? 'now' : value))
  return { status, headers, text }
}
