/** What the original server turns away. */
import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAws } from './aws.js'
import { startOriginalServer } from './original-server.js'

let aws: Awaited<ReturnType<typeof startAws>>

beforeAll(async () => {
  aws = await startAws()
})
afterAll(() => aws.close())

describe('the server refuses with 403', () => {
  const startService = (account: string) => {
    const { endpoint, region, kmsKeyArn, service } = aws
    return startOriginalServer({ endpoint, region, account, kmsKeyArn, salt: 'pepper', credentials: service })
  }

  async function seal(plaintext: string, encryptionContext: Record<string, string>): Promise<string> {
    const { endpoint, region, kmsKeyArn: KeyId, user: credentials } = aws
    const kms = new KMSClient({ endpoint, region, credentials })
    const input = { KeyId, EncryptionContext: encryptionContext, Plaintext: Buffer.from(plaintext) }
    const { CiphertextBlob } = await kms.send(new EncryptCommand(input))
    kms.destroy()
    return Buffer.from(CiphertextBlob ?? []).toString('base64')
  }

  const credentials = () =>
    JSON.stringify({ AccessKeyId: aws.user.accessKeyId, SecretAccessKey: aws.user.secretAccessKey, SessionToken: '' })

  async function auth(query: Record<string, string>, account = aws.account): Promise<number> {
    const service = await startService(account)
    try {
      const url = `${service.origin}/auth?${new URLSearchParams(query)}`
      return (await fetch(url, { redirect: 'manual' })).status
    } finally {
      await service.close()
    }
  }

  const pepper = { salt: 'pepper' }

  test.each<[string, () => Promise<Record<string, string>>]>([
    ['no token', async () => ({ return_url: '/' })],
    ['no return path', async () => ({ token: await seal(credentials(), pepper) })],
    ['a token that is not base64', async () => ({ return_url: '/', token: 'a' })],
    ['an unpadded token', async () => ({ return_url: '/', token: 'AAA' })],
    ['bytes KMS did not make', async () => ({ return_url: '/', token: 'AAAA' })],
    ['a token for another salt', async () => ({ return_url: '/', token: await seal(credentials(), { salt: 'x' }) })],
    ['a token that is not JSON', async () => ({ return_url: '/', token: await seal('x', pepper) })],
    ['a token without a secret', async () => ({ return_url: '/', token: await seal('{"AccessKeyId":"a"}', pepper) })],
  ])('%s', async (_, query) => {
    expect(await auth(await query())).toBe(403)
  })

  test('somebody of another account', async () => {
    expect(await auth({ return_url: '/', token: await seal(credentials(), pepper) }, '000000000000')).toBe(403)
  })

  test('but not a long-lived key with an empty session token', async () => {
    expect(await auth({ return_url: '/', token: await seal(credentials(), pepper) })).toBe(302)
  })
})
