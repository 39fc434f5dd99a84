import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createKms } from '../../src/aws/kms.js'
import { credentialsOf } from '../support/client.js'

describe('KMS', () => {
  let aws: LocalAws
  beforeAll(async () => {
    aws = await startLocalAws()
  })
  afterAll(() => aws.close())
  afterEach(() => aws.clearFaults())

  const kmsOf = (credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string }>) =>
    createKms({ region: aws.region, endpoint: aws.endpoint, timeoutMs: 100, credentials })
  const kms = () => kmsOf(async () => credentialsOf({ aws }, 'server'))
  const decrypt = (client = kms()) =>
    client.decrypt({ ciphertext: new Uint8Array(200), keyArn: aws.state.key().arn, encryptionContext: {} })

  it('judges: a refusal', async () => {
    await expect(decrypt()).rejects.toMatchObject({ code: 'ERR_IAM_KMS_REFUSED' })
    const wrong = async () => ({ ...credentialsOf({ aws }, 'server'), secretAccessKey: 'wrong' })
    await expect(decrypt(kmsOf(wrong))).rejects.toMatchObject({ code: 'ERR_IAM_KMS_REFUSED' })
  })

  it('does not answer in time: an outage, after two attempts', async () => {
    aws.resetCalls()
    aws.fault({ kind: 'delay', until: new Promise(() => undefined) })
    await expect(decrypt()).rejects.toMatchObject({ code: 'ERR_IAM_KMS_UNAVAILABLE' })
    expect(aws.calls().map(({ action }) => action)).toEqual(['Decrypt', 'Decrypt'])
  })

  it('answers the second attempt: no outage', async () => {
    aws.fault({ kind: 'error', status: 500, times: 1 })
    await expect(decrypt()).rejects.toMatchObject({ code: 'ERR_IAM_KMS_REFUSED' })
  })

  it('cannot be asked without credentials of our own: an outage', async () => {
    const none = () => Promise.reject(new Error('the metadata service does not answer'))
    await expect(decrypt(kmsOf(none))).rejects.toMatchObject({ code: 'ERR_IAM_KMS_UNAVAILABLE' })
  })

  it('tells the ARN of an alias', async () => {
    expect(await kms().resolveKey('alias/iam-auth')).toBe(aws.state.key().arn)
    await expect(kms().resolveKey('alias/none')).rejects.toMatchObject({ code: 'ERR_IAM_KMS_REFUSED' })
  })

  it('refuses a key that takes no encryption context', async () => {
    aws.state.addKey({ aliases: ['alias/signing'], usage: 'SIGN_VERIFY' })
    aws.state.user('server').policies.push({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'kms:DescribeKey', Resource: '*' },
    })
    await expect(kms().resolveKey('alias/signing')).rejects.toMatchObject({
      message: expect.stringContaining('not symmetric'),
    })
  })
})
