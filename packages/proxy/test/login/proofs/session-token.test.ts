import { parseKeyArn } from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import type { AwsCredentials } from '../../../src/credentials/source.js'
import { encryptSessionToken } from '../../../src/login/proofs/session-token.js'
import { Secret } from '../../../src/secret.js'

const key = parseKeyArn('arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555')
const challenge = {
  ...{ version: 1 as const, realm: '123456789012', key, encryptionContext: { salt: 'pepper' } },
  ...{ encryptionContextHeader: '', bound: undefined },
}

function credentials(tokenLength: number): AwsCredentials {
  return {
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    secretAccessKey: new Secret('s'.repeat(40)),
    sessionToken: new Secret('t'.repeat(tokenLength)),
    expiresAt: Date.UTC(2026, 0, 1, 0, 15),
    origin: 'test',
  }
}

describe('the proof of version 1', () => {
  it('is what Go writes, encrypted under the service’s key and context', async () => {
    const asked: unknown[] = []
    const token = await encryptSessionToken(challenge, credentials(3), credentials(3), async (_, request) => {
      asked.push({ ...request, plaintext: Buffer.from(request.plaintext).toString() })
      return Uint8Array.of(1, 2, 3)
    })
    expect(token).toBe('AQID')
    const plaintext = `{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","Expiration":"2026-01-01T00:15:00Z","SecretAccessKey":"${'s'.repeat(40)}","SessionToken":"ttt"}`
    expect(asked).toEqual([{ key, plaintext, context: { salt: 'pepper' } }])
  })

  it('does not fit into KMS with a token of 3,950 characters, which is said without asking KMS', async () => {
    let calls = 0
    const encrypt = async () => {
      calls += 1
      return new Uint8Array()
    }
    const tooLarge = credentials(3950)
    await expect(encryptSessionToken(challenge, tooLarge, tooLarge, encrypt)).rejects.toMatchObject({
      code: 'ERR_IAM_TOKEN_TOO_LARGE',
      hint: expect.stringContaining('Version 2'),
    })
    expect(calls).toBe(0)
  })
})
