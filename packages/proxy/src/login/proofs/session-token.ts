import { type Challenge, formatBase64, formatSessionTokenProof, KMS_MAX_PLAINTEXT_BYTES } from 'iam-auth-protocol'
import type { KmsEncrypt } from '../../aws/kms.js'
import type { AwsCredentials } from '../../credentials/source.js'
import { LoginRefusal } from '../refusal.js'

/**
 * The proof of version 1, which hands the service live credentials of the person: GetSessionToken's answer, encrypted by
 * KMS under the service's key and context. Returns the token of the redirect.
 *
 * @param token what the service gets
 * @param encryptor who may call `kms:Encrypt`: the same person, or the role that was asked for
 */
export async function encryptSessionToken(
  challenge: Challenge,
  token: AwsCredentials,
  encryptor: AwsCredentials,
  encrypt: KmsEncrypt,
): Promise<string> {
  const plaintext = Buffer.from(
    formatSessionTokenProof({
      accessKeyId: token.accessKeyId,
      expiration: new Date(token.expiresAt ?? 0).toISOString(),
      secretAccessKey: token.secretAccessKey.reveal(),
      sessionToken: token.sessionToken?.reveal() ?? '',
    }),
  )
  if (plaintext.length > KMS_MAX_PLAINTEXT_BYTES) throw tooLarge(plaintext.length)
  const context = challenge.encryptionContext
  return formatBase64(await encrypt(encryptor, { key: challenge.key, plaintext, context }))
}

function tooLarge(bytes: number): LoginRefusal {
  return new LoginRefusal(
    'ERR_IAM_TOKEN_TOO_LARGE',
    `The session token is too large for version 1: ${bytes} bytes, and KMS takes ${KMS_MAX_PLAINTEXT_BYTES}.`,
    { hint: 'Version 2 has no such limit: ask the people who run the service to offer it.' },
  )
}
