import { AwsError } from '../aws-error.js'
import { principalContext } from '../iam/principal.js'
import { findRefusal } from '../policy/authorize.js'
import type { EncryptionContext } from './encryption-context.js'
import type { FoundKey } from './find-key.js'
import type { KmsCaller } from './kms-caller.js'

/** Throws `AccessDeniedException` unless the key policy and the identity policies let the caller do this with the key. */
export function requirePermission(caller: KmsCaller, found: FoundKey, encryptionContext: EncryptionContext): void {
  const { credential, action } = caller
  const { key } = found
  const context = principalContext(credential)
  context.set('kms:calleraccount', credential.principal.accountId)
  if (found.alias !== undefined) context.set('kms:requestalias', found.alias)
  for (const [name, value] of encryptionContext) context.set(`kms:encryptioncontext:${name.toLowerCase()}`, value)
  const question = { action: `kms:${action}`, resource: key.arn, context }
  const refusal = findRefusal(credential, key, question)
  if (refusal === undefined) return
  throw new AwsError(
    'AccessDeniedException',
    `User: ${credential.principal.arn} is not authorized to perform: kms:${action} on resource: ${key.arn} ${refusal}`,
  )
}

/** Throws `DisabledException`, `KMSInvalidStateException` or `InvalidKeyUsageException` if the key can't encrypt or decrypt now. */
export function requireUsable({ key }: FoundKey, action: string): void {
  if (key.state === 'Disabled') throw new AwsError('DisabledException', `${key.arn} is disabled.`)
  if (key.state === 'PendingDeletion') throw new AwsError('KMSInvalidStateException', `${key.arn} is pending deletion.`)
  if (key.usage !== 'ENCRYPT_DECRYPT')
    throw new AwsError(
      'InvalidKeyUsageException',
      `${key.arn} key usage is ${key.usage} which is not valid for ${action}.`,
    )
}
