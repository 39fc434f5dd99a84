import { AwsError } from '../aws-error.js'
import type { World } from '../world/world.js'
import { open, readKeyId } from './ciphertext.js'
import { parseEncryptionContext } from './encryption-context.js'
import { type FoundKey, findKey } from './find-key.js'
import { type KmsInput, readText, requireBytes } from './input.js'
import type { KmsCaller } from './kms-caller.js'
import { requireOrdinaryRun } from './ordinary-run.js'
import { requirePermission, requireUsable } from './require-permission.js'

const maxCiphertextLength = 6144

/**
 * Decrypts a blob, under the key it names or, if the request names one, under that key only.
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html
 *
 * Throws `InvalidCiphertextException`, `IncorrectKeyException`, `AccessDeniedException`, `NotFoundException` and the like.
 */
export function decrypt(input: KmsInput, caller: KmsCaller, world: World): object {
  const blob = requireBytes(input, 'CiphertextBlob', maxCiphertextLength)
  const askedKeyId = readText(input, 'KeyId', 2048)
  const context = parseEncryptionContext(input['EncryptionContext'])
  const blobKeyId = readKeyId(blob)
  if (blobKeyId === undefined || !world.kmsKeys.has(blobKeyId)) throw invalidCiphertext()
  const found = askedKeyId === undefined ? findBlobKey(world, blobKeyId, caller) : findKey(world, askedKeyId, caller)
  requirePermission(caller, found, context)
  if (found.key.id !== blobKeyId)
    throw new AwsError(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    )
  requireUsable(found, 'Decrypt')
  const plaintext = open(found.key, blob, context)
  if (plaintext === undefined) throw invalidCiphertext()
  requireOrdinaryRun(input)
  return {
    KeyId: found.key.arn,
    Plaintext: plaintext.toString('base64'),
    EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  }
}

// AWS says no more than this, and has no message for it.
function invalidCiphertext(): AwsError {
  return new AwsError('InvalidCiphertextException', '')
}

function findBlobKey(world: World, keyId: string, caller: KmsCaller): FoundKey {
  const key = world.kmsKeys.get(keyId)
  if (key?.region === caller.region) return { key }
  throw new AwsError(
    'AccessDeniedException',
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
  )
}
