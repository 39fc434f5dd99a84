import type { World } from '../world/world.js'
import { decrypt } from './decrypt.js'
import { describeKey } from './describe-key.js'
import { encrypt } from './encrypt.js'
import type { KmsInput } from './input.js'
import type { KmsCaller } from './kms-caller.js'

/** An operation of KMS: the members of the request in, those of the answer out. */
export type KmsOperation = (input: KmsInput, caller: KmsCaller, world: World) => object

/** The operations by name, as in `X-Amz-Target: TrentService.<name>`. */
export const kmsOperations: ReadonlyMap<string, KmsOperation> = new Map<string, KmsOperation>([
  ['DescribeKey', describeKey],
  ['Encrypt', encrypt],
  ['Decrypt', decrypt],
])
