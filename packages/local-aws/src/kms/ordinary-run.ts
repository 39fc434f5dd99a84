import { AwsError } from '../aws-error.js'
import { type KmsInput, readText } from './input.js'

/** Throws for another algorithm than symmetric keys have, and at the end of a dry run, which AWS answers with an error. */
export function requireOrdinaryRun(input: KmsInput): void {
  const algorithm = readText(input, 'EncryptionAlgorithm', 64)
  if (algorithm !== undefined && algorithm !== 'SYMMETRIC_DEFAULT')
    throw new AwsError(
      'InvalidKeyUsageException',
      `Algorithm ${algorithm} is incompatible with key spec SYMMETRIC_DEFAULT.`,
    )
  if (input['DryRun'] === true)
    throw new AwsError('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.')
}
