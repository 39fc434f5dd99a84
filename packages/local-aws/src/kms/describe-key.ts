import type { World } from '../world/world.js'
import { findKey } from './find-key.js'
import { type KmsInput, requireText } from './input.js'
import type { KmsCaller } from './kms-caller.js'
import { requirePermission } from './require-permission.js'

/**
 * What a key is; the way to learn the ARN behind an alias.
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
 */
export function describeKey(input: KmsInput, caller: KmsCaller, world: World): object {
  const found = findKey(world, requireText(input, 'KeyId', 2048), caller)
  requirePermission(caller, found, new Map())
  const { key } = found
  const isSymmetric = key.usage === 'ENCRYPT_DECRYPT'
  const spec = isSymmetric ? 'SYMMETRIC_DEFAULT' : 'ECC_NIST_P256'
  return {
    KeyMetadata: {
      AWSAccountId: key.accountId,
      Arn: key.arn,
      CreationDate: Math.floor(key.createdAt / 1000),
      CustomerMasterKeySpec: spec,
      Description: key.description,
      Enabled: key.state === 'Enabled',
      ...(isSymmetric ? { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] } : { SigningAlgorithms: ['ECDSA_SHA_256'] }),
      KeyId: key.id,
      KeyManager: 'CUSTOMER',
      KeySpec: spec,
      KeyState: key.state,
      KeyUsage: key.usage,
      MultiRegion: false,
      Origin: 'AWS_KMS',
    },
  }
}
