import type { World } from '../world/world.js'
import { seal } from './ciphertext.js'
import { parseEncryptionContext } from './encryption-context.js'
import { findKey } from './find-key.js'
import { type KmsInput, requireBytes, requireText } from './input.js'
import type { KmsCaller } from './kms-caller.js'
import { requireOrdinaryRun } from './ordinary-run.js'
import { requirePermission, requireUsable } from './require-permission.js'

const maxPlaintextLength = 4096

/**
 * Encrypts up to 4,096 bytes.
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
 *
 * Throws `ValidationException`, `NotFoundException`, `AccessDeniedException`, `DisabledException` and the like.
 */
export function encrypt(input: KmsInput, caller: KmsCaller, world: World): object {
  const keyId = requireText(input, 'KeyId', 2048)
  const plaintext = requireBytes(input, 'Plaintext', maxPlaintextLength)
  const context = parseEncryptionContext(input['EncryptionContext'])
  const found = findKey(world, keyId, caller)
  requirePermission(caller, found, context)
  requireUsable(found, 'Encrypt')
  requireOrdinaryRun(input)
  const blob = seal(found.key, plaintext, context)
  return { CiphertextBlob: blob.toString('base64'), KeyId: found.key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
}
