import { DecryptCommand, DescribeKeyCommand, EncryptCommand } from '@aws-sdk/client-kms'
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalAws, startLocalAws } from '../src/index.js'
import { fromAnswer, keysOf, kmsClient, stsClient } from './support/clients.js'

describe('a server with nothing but defaults, used by the official SDK', () => {
  let aws: LocalAws
  beforeAll(async () => {
    aws = await startLocalAws()
  })
  afterAll(() => aws.close())

  it('says who a user is', async () => {
    const identity = await stsClient(aws, keysOf(aws)).send(new GetCallerIdentityCommand())
    expect(identity).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/alice',
      UserId: aws.state.user().userId,
    })
  })

  it('keeps the identity through GetSessionToken', async () => {
    const { Credentials } = await stsClient(aws, keysOf(aws)).send(new GetSessionTokenCommand())
    const identity = await stsClient(aws, fromAnswer(Credentials)).send(new GetCallerIdentityCommand())
    expect(identity.Arn).toBe('arn:aws:iam::123456789012:user/alice')
    expect(Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/)
    expect(Credentials?.Expiration?.getMilliseconds()).toBe(0)
  })

  it('lets the user become the role', async () => {
    const { arn } = aws.state.role('developer')
    const assumed = await stsClient(aws, keysOf(aws)).send(
      new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'work' }),
    )
    const identity = await stsClient(aws, fromAnswer(assumed.Credentials)).send(new GetCallerIdentityCommand())
    expect(identity.Arn).toBe('arn:aws:sts::123456789012:assumed-role/developer/work')
    expect(identity.UserId).toMatch(/^AROA[A-Z2-7]{17}:work$/)
    expect(assumed.AssumedRoleUser).toEqual({ Arn: identity.Arn, AssumedRoleId: identity.UserId })
  })

  it('encrypts and decrypts', async () => {
    const kms = kmsClient(aws, keysOf(aws))
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/iam-auth' }))
    const EncryptionContext = { service: 'wiki' }
    const Plaintext = Buffer.from('hello')
    const sealed = await kms.send(new EncryptCommand({ KeyId: KeyMetadata?.Arn, Plaintext, EncryptionContext }))
    expect(sealed.CiphertextBlob?.length).toBe(152 + 5)
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob: sealed.CiphertextBlob, EncryptionContext }))
    expect(Buffer.from(opened.Plaintext!).toString()).toBe('hello')
    expect(opened.KeyId).toBe(aws.state.key().arn)
  })
})
