import { DecryptCommand, DescribeKeyCommand, EncryptCommand } from '@aws-sdk/client-kms'
import { AssumeRoleCommand, GetFederationTokenCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalAws, type PolicyDocument, type PolicyStatement, startLocalAws } from '../../src/index.js'
import { fromAnswer, type Keys, keysOf, kmsClient, refusalOf, stsClient } from '../support/clients.js'

const home = '123456789012'
const away = '210987654321'
const anyKey = 'arn:aws:kms:*:*:key/*'
let aws: LocalAws

const allow = (Action: string, Resource = anyKey, Condition?: PolicyStatement['Condition']): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
})
const deny = (Action: string): PolicyStatement => ({ Effect: 'Deny', Action, Resource: '*' })
const only = (...Statement: PolicyStatement[]): PolicyDocument => ({ Statement })
const to = (AWS: string, statement: PolicyStatement): PolicyStatement => ({ ...statement, Principal: { AWS } })
const root = (account: string) => `arn:aws:iam::${account}:root`
const userArn = (name: string, account = home) => `arn:aws:iam::${account}:user/${name}`

beforeAll(async () => {
  aws = await startLocalAws({ seed: { accounts: [{ id: home }, { id: away }] } })
  const { state } = aws
  const wiki = { StringEquals: { 'kms:EncryptionContext:Service': 'wiki' } }
  const users: Record<string, PolicyStatement[]> = {
    plain: [],
    encrypter: [allow('kms:Encrypt')],
    'any-case': [allow('KMS:enc*')],
    'wiki-only': [allow('kms:Encrypt', anyKey, wiki)],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM writes its policy variables like this.
    'self-only': [allow('kms:Encrypt', anyKey, { StringEquals: { 'kms:EncryptionContext:from': '${aws:username}' } })],
    'mfa-only': [allow('kms:Encrypt', anyKey, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })],
    'alias-only': [allow('kms:Encrypt', anyKey, { StringEquals: { 'kms:RequestAlias': 'alias/by-account' } })],
    'other-resource': [allow('kms:Encrypt', `arn:aws:kms:us-east-1:${home}:key/00000000-*`)],
    denied: [allow('kms:*'), deny('kms:Encrypt')],
  }
  for (const [name, statements] of Object.entries(users)) state.addUser({ name, policies: [only(...statements)] })
  state.addUser({ name: 'visitor', policies: [only(allow('kms:*'))] }, away)
  state.addUser({ name: 'stranger' }, away)
  const keys: Record<string, PolicyStatement[]> = {
    'by-account': [to(root(home), allow('kms:*'))],
    'by-name': [to(userArn('plain'), allow('kms:Encrypt'))],
    'by-role': [to(`arn:aws:iam::${home}:role/developer`, allow('kms:Encrypt'))],
    'by-guest': [to(`arn:aws:sts::${home}:federated-user/guest`, allow('kms:Encrypt')), to(root(home), allow('kms:*'))],
    closed: [to(userArn('nobody'), allow('kms:*'))],
    denying: [to(root(home), allow('kms:*')), to(userArn('encrypter'), deny('kms:Encrypt'))],
    shared: [to(root(home), allow('kms:*')), to(root(away), allow('kms:Encrypt'))],
    'shared-by-name': [
      to(userArn('visitor', away), allow('kms:Encrypt')),
      to(userArn('stranger', away), allow('kms:Encrypt')),
    ],
    'shared-wiki': [to(root(away), allow('kms:Encrypt', '*', wiki))],
  }
  for (const [name, statements] of Object.entries(keys))
    state.addKey({
      aliases: [`alias/${name}`],
      policy: only(...statements.map((statement) => ({ ...statement, Resource: '*' }))),
    })
})
afterAll(() => aws.close())

const keyArn = (alias: string) => aws.state.key(`alias/${alias}`).arn

function encrypt(credentials: Keys, KeyId: string, EncryptionContext: Record<string, string> = {}) {
  return kmsClient(aws, credentials).send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x'), EncryptionContext }))
}

const user = (name: string, account = home) => keysOf(aws, name, account)

describe('Encrypt is allowed', () => {
  it.each([
    ['by an identity policy, where the key trusts its account', () => encrypt(user('encrypter'), keyArn('by-account'))],
    ['whatever the case of the action', () => encrypt(user('any-case'), keyArn('by-account'))],
    ['by the key policy alone, where it names the user', () => encrypt(user('plain'), keyArn('by-name'))],
    [
      'in the context that the condition asks for, whatever the case of its name',
      () => encrypt(user('wiki-only'), keyArn('by-account'), { SERVICE: 'wiki', more: 'x' }),
    ],
    [
      'in a context that names the caller',
      () => encrypt(user('self-only'), keyArn('by-account'), { from: 'self-only' }),
    ],
    ['with a second factor', () => encrypt(aws.issueSession({ user: 'mfa-only', mfa: true }), keyArn('by-account'))],
    ['by the alias that the condition asks for', () => encrypt(user('alias-only'), 'alias/by-account')],
    [
      'to a session of the role that the key policy names',
      () => encrypt(aws.issueSession({ role: 'developer' }), keyArn('by-role')),
    ],
    ['to a session of GetSessionToken', () => encrypt(aws.issueSession({ user: 'encrypter' }), keyArn('by-account'))],
    ['across accounts, where both sides allow it', () => encrypt(user('visitor', away), keyArn('shared'))],
    [
      'across accounts by name, where both sides allow it',
      () => encrypt(user('visitor', away), keyArn('shared-by-name')),
    ],
    [
      'across accounts in the right context',
      () => encrypt(user('visitor', away), keyArn('shared-wiki'), { service: 'wiki' }),
    ],
    [
      'across accounts by the ARN of an alias',
      () => encrypt(user('visitor', away), `arn:aws:kms:us-east-1:${home}:alias/shared`),
    ],
    [
      'to a federated user whom the key policy names',
      () => encrypt(aws.issueSession({ federatedUser: 'guest', by: 'plain' }), keyArn('by-guest')),
    ],
  ])('%s', async (_name, attempt) => {
    expect((await attempt()).CiphertextBlob).toBeDefined()
  })
})

describe('Encrypt is denied', () => {
  const noIdentity = 'because no identity-based policy allows the kms:Encrypt action'
  const noResource = 'because no resource-based policy allows the kms:Encrypt action'
  it.each([
    ['without an identity policy', 'plain', 'by-account', {}, noIdentity],
    ['without the context that the condition asks for', 'wiki-only', 'by-account', {}, noIdentity],
    ['in another context', 'wiki-only', 'by-account', { service: 'Wiki' }, noIdentity],
    ['in a context that names another', 'self-only', 'by-account', { from: 'plain' }, noIdentity],
    ['without a second factor', 'mfa-only', 'by-account', {}, noIdentity],
    ['by another name than the alias asked for', 'alias-only', 'by-account', {}, noIdentity],
    ['on another resource', 'other-resource', 'by-account', {}, noIdentity],
    [
      'by an explicit deny of the identity',
      'denied',
      'by-account',
      {},
      'with an explicit deny in an identity-based policy',
    ],
    ['by an explicit deny of the key', 'encrypter', 'denying', {}, 'with an explicit deny in a resource-based policy'],
    ['by a key policy that is silent', 'encrypter', 'closed', {}, noResource],
    ['by a key policy that names another', 'encrypter', 'by-name', {}, noResource],
  ])('%s', async (_name, name, alias, context, because) => {
    expect(await refusalOf(encrypt(user(name), keyArn(alias), context))).toEqual({
      code: 'AccessDeniedException',
      message: `User: ${userArn(name)} is not authorized to perform: kms:Encrypt on resource: ${keyArn(alias)} ${because}`,
      status: 400,
    })
  })

  it.each([
    ['that only the key allows', 'stranger', 'shared', {}, noIdentity],
    ['that only the key allows, by name', 'stranger', 'shared-by-name', {}, noIdentity],
    ['that only the identity allows', 'visitor', 'by-account', {}, noResource],
    ['in another context than the key asks for', 'visitor', 'shared-wiki', { service: 'x' }, noResource],
  ])('across accounts %s', async (_name, name, alias, context, because) => {
    const refusal = await refusalOf(encrypt(user(name, away), keyArn(alias), context))
    expect(refusal).toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringContaining(because) as string,
    })
  })

  it('across accounts by a mere id or alias: those are the caller’s own', async () => {
    const id = aws.state.key('alias/shared').id
    for (const name of [id, 'alias/shared'])
      expect((await refusalOf(encrypt(user('visitor', away), name))).code).toBe('NotFoundException')
  })

  it('to a session without MFA', async () => {
    const session = aws.issueSession({ user: 'mfa-only' })
    expect((await refusalOf(encrypt(session, keyArn('by-account')))).code).toBe('AccessDeniedException')
  })
})

describe('a session policy', () => {
  const Policy = JSON.stringify(only(allow('kms:Encrypt', '*', { StringEquals: { 'kms:EncryptionContext:a': 'b' } })))

  it('limits a role to what both allow', async () => {
    const input = { RoleArn: aws.state.role('developer').arn, RoleSessionName: 'xy', Policy }
    const { Credentials, PackedPolicySize } = await stsClient(aws, keysOf(aws)).send(new AssumeRoleCommand(input))
    const login = aws.state.key('alias/iam-auth').arn
    await encrypt(fromAnswer(Credentials), login, { a: 'b' })
    expect((await refusalOf(encrypt(fromAnswer(Credentials), login))).message).toContain(
      'because no session policy allows',
    )
    expect(PackedPolicySize).toBeGreaterThan(0)
  })

  it('limits a federated user to what both allow, and without one they may do nothing', async () => {
    const sts = stsClient(aws, user('encrypter'))
    const limited = await sts.send(new GetFederationTokenCommand({ Name: 'somebody', Policy }))
    await encrypt(fromAnswer(limited.Credentials), keyArn('by-account'), { a: 'b' })
    expect((await refusalOf(encrypt(fromAnswer(limited.Credentials), keyArn('by-account')))).code).toBe(
      'AccessDeniedException',
    )
    const bare = await sts.send(new GetFederationTokenCommand({ Name: 'somebody' }))
    expect((await refusalOf(encrypt(fromAnswer(bare.Credentials), keyArn('by-account')))).code).toBe(
      'AccessDeniedException',
    )
  })
})

describe('the other operations', () => {
  it('need permissions of their own', async () => {
    const kms = kmsClient(aws, user('encrypter'))
    const { CiphertextBlob } = await encrypt(user('encrypter'), keyArn('by-account'))
    expect((await refusalOf(kms.send(new DecryptCommand({ CiphertextBlob })))).message).toContain('kms:Decrypt')
    expect((await refusalOf(kms.send(new DescribeKeyCommand({ KeyId: keyArn('by-account') })))).message).toContain(
      'kms:DescribeKey',
    )
  })

  it('change with the policies at once', async () => {
    const changing = aws.state.addUser({ name: 'changing' })
    expect((await refusalOf(encrypt(user('changing'), keyArn('by-account')))).code).toBe('AccessDeniedException')
    changing.policies.push(only(allow('kms:Encrypt')))
    await encrypt(user('changing'), keyArn('by-account'))
    aws.state.key('alias/by-account').policy = only(to(userArn('nobody'), allow('kms:*')))
    expect((await refusalOf(encrypt(user('changing'), keyArn('by-account')))).code).toBe('AccessDeniedException')
  })
})
