import { createCipheriv, createHash, createHmac } from 'node:crypto'
import {
  type Challenge,
  formatAmzDate,
  formatBinding,
  formatLoginRequest,
  formatSignedIdentity,
  type SigningFunctions,
  signIdentityRequest,
} from 'iam-auth-protocol'
import type { KmsEncrypt } from '../../aws/kms.js'
import type { AwsCredentials } from '../../credentials/source.js'

export interface SignedIdentityDeps {
  readonly encrypt: KmsEncrypt
  /** ms since 1970 */
  readonly now: () => number
  readonly randomBytes: (size: number) => Uint8Array
}

type BoundChallenge = Challenge & { readonly bound: NonNullable<Challenge['bound']> }

const DATA_KEY_BYTES = 32
const IV_BYTES = 12

/**
 * The proof of version 2 (PROTOCOL.md, "The proof"): a GetCallerIdentity signed over the binding, sealed with AES-256-GCM
 * under a data key that KMS encrypts for the service. No credential leaves the machine. Returns the body of the login.
 */
export async function sealSignedIdentity(
  challenge: BoundChallenge,
  origin: string,
  credentials: AwsCredentials,
  deps: SignedIdentityDeps,
): Promise<string> {
  const binding = bindingOf(challenge, origin)
  const proof = signProof(challenge, binding, credentials, deps.now())
  const dataKey = deps.randomBytes(DATA_KEY_BYTES)
  const encryptedKey = await deps.encrypt(credentials, {
    key: challenge.key,
    plaintext: dataKey,
    context: challenge.encryptionContext,
  })
  const iv = deps.randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv).setAAD(Buffer.from(binding))
  const ciphertext = Buffer.concat([cipher.update(proof, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return formatLoginRequest({ challenge: challenge.bound.challenge, encryptedKey, iv, ciphertext })
}

const signing: SigningFunctions = {
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
  hmacSha256: (key, text) => createHmac('sha256', key).update(text).digest(),
}

function bindingOf({ realm, key, encryptionContextHeader, bound }: BoundChallenge, origin: string): string {
  const fields = {
    origin,
    realm,
    challenge: bound.challenge,
    exp: bound.rawExp,
    versions: bound.rawVersions,
    proofs: bound.rawProofs,
    proof: bound.proof,
    keyArn: key.arn,
    encryptionContextHeader,
    authPath: bound.rawAuthPath,
  }
  return formatBinding(fields, signing.sha256)
}

function signProof({ bound, key }: BoundChallenge, binding: string, credentials: AwsCredentials, now: number): string {
  const request = {
    region: bound.stsRegions[0] ?? key.region,
    date: formatAmzDate(now),
    accessKeyId: credentials.accessKeyId,
    sessionToken: credentials.sessionToken?.reveal(),
    binding,
  }
  const signature = signIdentityRequest(request, credentials.secretAccessKey.reveal(), signing)
  return formatSignedIdentity({ ...request, signature })
}
