import type { EncryptionContext } from 'iam-auth-protocol'
import type { CallerIdentity } from './identity.js'

export interface DecryptInput {
  readonly ciphertext: Uint8Array
  readonly keyArn: string
  readonly encryptionContext: EncryptionContext
}

export interface Decrypted {
  readonly plaintext: Uint8Array
  /** Of the key that KMS used. */
  readonly keyArn: string | undefined
}

/** A signed GetCallerIdentity, ready to be sent. */
export interface SignedIdentityRequest {
  readonly region: string
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** The world outside, as functions. A refusal or an outage is a `LoginRefusal`. */
export interface Deps {
  /** KMS Decrypt. @throws LoginRefusal ERR_IAM_KMS_REFUSED, ERR_IAM_KMS_UNAVAILABLE */
  readonly decrypt: (input: DecryptInput) => Promise<Decrypted>
  /** KMS DescribeKey: the ARN of a key id or alias. @throws LoginRefusal ERR_IAM_KMS_REFUSED, ERR_IAM_KMS_UNAVAILABLE */
  readonly resolveKey: (keyId: string) => Promise<string>
  /** Sends it to STS. @throws LoginRefusal ERR_IAM_STS_REFUSED, ERR_IAM_STS_UNAVAILABLE, ERR_IAM_STS_ANSWER */
  readonly whoAmI: (request: SignedIdentityRequest) => Promise<CallerIdentity>
  readonly randomBytes: (length: number) => Uint8Array
  /** ms since 1970. */
  readonly now: () => number
}
