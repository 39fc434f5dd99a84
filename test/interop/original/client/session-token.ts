/** The original's login: three AWS calls at every 401, nothing kept between two of them. */
import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts'
import type { Challenge } from './challenge.js'
import { formatCredentials } from './go-formats.js'
import { Refusal } from './refusal.js'

/** Where AWS is and who the user is. */
export interface AwsOptions {
  endpoint: string
  /** The region of every call; the one in the key's ARN is ignored. */
  region: string
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

/** How often each AWS action was asked for. */
export type AwsCalls = Record<'GetCallerIdentity' | 'GetSessionToken' | 'Encrypt', number>

/** Opens the two clients. `seal` returns the ciphertext of a fresh session token or throws a {@link Refusal}. */
export function createSealer({ endpoint, region, credentials }: AwsOptions, calls: AwsCalls) {
  const options = { endpoint, region, credentials, maxAttempts: 4 }
  const sts = new STSClient(options)
  const kms = new KMSClient(options)

  async function requireRealm(realm: string): Promise<void> {
    calls.GetCallerIdentity++
    const call = sts.send(new GetCallerIdentityCommand({}))
    const { Account } = await orRefuse(call, 'Could not fetch IAM identity to authenticate')
    if (Account !== realm) throw new Refusal(`The IAM identity does not match the server realm (expected: ${realm})`)
  }

  async function fetchCredentials(): Promise<string> {
    calls.GetSessionToken++
    const call = sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }))
    const { Credentials } = await orRefuse(call, 'Could not get a session token')
    if (!Credentials) throw new Refusal('Could not get a session token')
    return formatCredentials(Credentials)
  }

  async function encrypt(plaintext: string, { keyId, context }: Challenge): Promise<Uint8Array> {
    calls.Encrypt++
    const input = { KeyId: keyId, EncryptionContext: context, Plaintext: Buffer.from(plaintext) }
    const { CiphertextBlob } = await orRefuse(kms.send(new EncryptCommand(input)), 'Could not get encrypt token')
    if (!CiphertextBlob) throw new Refusal('Could not get encrypt token')
    return CiphertextBlob
  }

  return {
    async seal(challenge: Challenge): Promise<Uint8Array> {
      await requireRealm(challenge.realm)
      return encrypt(await fetchCredentials(), challenge)
    },
    close() {
      sts.destroy()
      kms.destroy()
    },
  }
}

/** Every failure of a call, refused or unreachable, is the same text: the original says no more. */
async function orRefuse<T>(call: Promise<T>, text: string): Promise<T> {
  try {
    return await call
  } catch (cause) {
    throw new Refusal(text, { cause })
  }
}
