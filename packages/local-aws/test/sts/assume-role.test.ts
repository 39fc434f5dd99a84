import { AssumeRoleCommand, type AssumeRoleCommandInput, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type LocalAws, type PolicyDocument, type PolicyStatement, startLocalAws } from '../../src/index.js'
import { fromAnswer, type Keys, keysOf, refusalOf, stsClient } from '../support/clients.js'

const home = '123456789012'
const away = '210987654321'
const clock = { now: Date.now() }
let aws: LocalAws

function trust(principal: string, condition?: PolicyStatement['Condition']): PolicyDocument {
  const statement = { Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' } as const
  return { Statement: condition ? { ...statement, Condition: condition } : statement }
}

const mayAssume: PolicyDocument = { Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' } }

beforeAll(async () => {
  aws = await startLocalAws({
    now: () => clock.now,
    seed: { accounts: [{ id: home }, { id: away, users: [{ name: 'eve' }, { name: 'dan', policies: [mayAssume] }] }] },
  })
  const alice = `arn:aws:iam::${home}:user/alice`
  aws.state.addUser({ name: 'bob' })
  aws.state.addUser({
    name: 'denied',
    policies: [mayAssume, { Statement: { Effect: 'Deny', Action: 'sts:*', Resource: '*' } }],
  })
  const add = (name: string, trustPolicy: PolicyDocument) => aws.state.addRole({ name, trustPolicy })
  add('by-account', trust(`arn:aws:iam::${home}:root`))
  add('by-account-id', trust(home))
  add('by-name', trust(alice))
  add('by-bob', trust(`arn:aws:iam::${home}:user/bob`))
  add('by-anyone', trust('*'))
  add('by-away', trust(`arn:aws:iam::${away}:root`))
  add('external-id', trust(alice, { StringEquals: { 'sts:ExternalId': 'secret:1' } }))
  add('mfa', trust(home, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }))
  add('no-mfa', trust(home, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }))
  // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM writes its policy variables like this.
  add('session-name', trust(home, { StringLike: { 'sts:RoleSessionName': '${aws:username}*' } }))
  add('by-role', trust(`arn:aws:iam::${home}:role/by-account`))
  add('denying', {
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: '*' },
      { Effect: 'Deny', Principal: { AWS: alice }, Action: 'sts:AssumeRole' },
    ],
  })
  aws.state.addRole({ name: 'long', path: '/a/b/', maxSessionSeconds: 43_200 })
  aws.state.addRole({
    name: 'long-chain',
    maxSessionSeconds: 43_200,
    trustPolicy: trust(`arn:aws:iam::${home}:role/by-account`),
  })
})
beforeEach(() => {
  clock.now += 60_000
})
afterAll(() => aws.close())

function assume(role: string, keys: Keys = keysOf(aws), input: Partial<AssumeRoleCommandInput> = {}) {
  const sts = stsClient(aws, keys)
  sts.config.systemClockOffset = clock.now - Date.now()
  const RoleArn = `arn:aws:iam::${home}:role/${role}`
  return sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'work', ...input }))
}

const user =
  (name: string, account = home) =>
  () =>
    keysOf(aws, name, account)
const mfa = () => ({ SerialNumber: `arn:aws:iam::${home}:mfa/alice`, TokenCode: aws.totp() })

describe('a role lets in', () => {
  it.each([
    ['a user of a trusted account whose policy allows it', 'by-account', user('alice'), {}],
    ['the same, trusted by account id', 'by-account-id', user('alice'), {}],
    ['a user whom the trust policy names, without a policy', 'by-bob', user('bob'), {}],
    ['anyone of its own account, if it trusts anyone', 'by-anyone', user('bob'), {}],
    ['a user of another account, if both sides allow it', 'by-away', user('dan', away), {}],
    ['who knows the external id', 'external-id', user('alice'), { ExternalId: 'secret:1' }],
    ['who has no second factor, if it asks for none', 'no-mfa', user('alice'), {}],
    ['who names the session after itself', 'session-name', user('alice'), { RoleSessionName: 'alice@desk' }],
    ['a session of GetSessionToken', 'by-account', () => aws.issueSession({ user: 'alice' }), {}],
    ['a session of GetSessionToken with MFA', 'mfa', () => aws.issueSession({ user: 'alice', mfa: true }), {}],
    ['another role, named by its ARN', 'by-role', () => aws.issueSession({ role: 'by-account' }), {}],
  ] as const)('%s', async (_name, role, keys, input) => {
    const { AssumedRoleUser } = await assume(role, keys(), input)
    expect(AssumedRoleUser?.Arn).toBe(
      `arn:aws:sts::${home}:assumed-role/${role}/${(input as AssumeRoleCommandInput).RoleSessionName ?? 'work'}`,
    )
  })

  it('a user with a second factor, and remembers it', async () => {
    const { Credentials } = await assume('mfa', keysOf(aws), mfa())
    const sts = stsClient(aws, fromAnswer(Credentials))
    sts.config.systemClockOffset = clock.now - Date.now()
    expect((await sts.send(new GetCallerIdentityCommand())).Arn).toContain('assumed-role/mfa/work')
  })
})

describe('a role does not let in', () => {
  it.each([
    ['a user of a trusted account without a policy', 'by-account', user('bob'), {}],
    ['a user whom it does not name', 'by-bob', user('alice'), {}],
    ['a user under an explicit deny', 'by-anyone', user('denied'), {}],
    ['a user whom its own trust policy denies', 'denying', user('alice'), {}],
    ['a user of another account that only the role allows', 'by-away', user('eve', away), {}],
    ['a user of another account that only its policy allows', 'by-account', user('dan', away), {}],
    ['a user of another account without a policy, though it trusts anyone', 'by-anyone', user('eve', away), {}],
    ['who does not know the external id', 'external-id', user('alice'), {}],
    ['who guesses the external id', 'external-id', user('alice'), { ExternalId: 'secret:2' }],
    ['who has no second factor', 'mfa', user('alice'), {}],
    ['a session without a second factor', 'mfa', () => aws.issueSession({ user: 'alice' }), {}],
    ['who names the session after another', 'session-name', user('alice'), {}],
    ['itself, unless it says so', 'by-name', () => aws.issueSession({ role: 'by-name' }), {}],
    ['anyone, if it does not exist', 'no-such-role', user('alice'), {}],
    ['by an ARN without its path', 'long', user('alice'), {}],
  ] as const)('%s', async (_name, role, keys, input) => {
    const caller = keys()
    expect(await refusalOf(assume(role, caller, input))).toEqual({
      code: 'AccessDenied',
      message: expect.stringMatching(
        new RegExp(
          `^User: arn:aws:.* is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${home}:role/${role}$`,
        ),
      ) as string,
      status: 403,
    })
  })

  it('who shows a wrong code, and takes a code once', async () => {
    const proof = mfa()
    await assume('mfa', keysOf(aws), proof)
    expect((await refusalOf(assume('mfa', keysOf(aws), proof))).message).toMatch(/invalid MFA one time pass code/)
  })
})

describe('AssumeRole refuses', () => {
  const byName = (input: Partial<AssumeRoleCommandInput>) => () => assume('by-name', keysOf(aws), input)
  it.each([
    [
      'a session name with a space',
      byName({ RoleSessionName: 'a b' }),
      /at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern/,
    ],
    ['a session name of one letter', byName({ RoleSessionName: 'a' }), /greater than or equal to 2/],
    ['a session name of 65 letters', byName({ RoleSessionName: 'a'.repeat(65) }), /less than or equal to 64/],
    ['an external id with a space', byName({ ExternalId: 'a b' }), /'externalId'/],
    ['899 seconds', byName({ DurationSeconds: 899 }), /greater than or equal to 900/],
    ['43,201 seconds', byName({ DurationSeconds: 43_201 }), /less than or equal to 43200/],
    [
      'more than the role allows',
      byName({ DurationSeconds: 3601 }),
      /exceeds the MaxSessionDuration set for this role/,
    ],
    [
      'more than an hour when chained',
      () => assume('long-chain', aws.issueSession({ role: 'by-account' }), { DurationSeconds: 3601 }),
      /1 hour session limit for roles assumed by role chaining/,
    ],
    ['tags, which are not modelled', byName({ Tags: [{ Key: 'a', Value: 'b' }] }), /Tags is not modelled/],
    ['a source identity, which is not modelled', byName({ SourceIdentity: 'me' }), /SourceIdentity is not modelled/],
  ])('%s', async (_name, attempt, message) => {
    expect(await refusalOf(attempt())).toMatchObject({
      code: 'ValidationError',
      status: 400,
      message: expect.stringMatching(message) as string,
    })
  })

  it.each([
    ['that is not JSON', '{', /invalid Json/],
    ['that is not a policy', '[]', /not a policy document/],
    [
      'with an unknown condition',
      '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"::1"}}}}',
      /IpAddress: is not modelled/,
    ],
  ])('a session policy %s', async (_name, Policy, message) => {
    expect(await refusalOf(assume('by-name', keysOf(aws), { Policy }))).toMatchObject({
      code: 'MalformedPolicyDocumentException',
      message: expect.stringMatching(message) as string,
    })
  })

  it('the root user', async () => {
    const rooted = await startLocalAws({ seed: { accounts: [{ id: home, rootAccessKeys: [{}] }] } })
    const sts = stsClient(rooted, rooted.state.account().rootAccessKeys[0]!)
    const attempt = sts.send(new AssumeRoleCommand({ RoleArn: rooted.state.role().arn, RoleSessionName: 'xy' }))
    expect((await refusalOf(attempt)).message).toBe('Roles may not be assumed by root accounts.')
    await rooted.close()
  })
})

describe('a session of a role', () => {
  it('lasts an hour by default, and as long as the role allows if asked', async () => {
    const secondsOf = async (answer: ReturnType<typeof assume>) =>
      Math.round(((await answer).Credentials!.Expiration!.getTime() - clock.now) / 1000)
    expect(await secondsOf(assume('by-name'))).toBeCloseTo(3600, -1)
    expect(await secondsOf(assume('a/b/long', keysOf(aws), { DurationSeconds: 43_200 }))).toBeCloseTo(43_200, -1)
    expect(
      await secondsOf(assume('long-chain', aws.issueSession({ role: 'by-account' }), { DurationSeconds: 3600 })),
    ).toBeCloseTo(3600, -1)
  })
})
