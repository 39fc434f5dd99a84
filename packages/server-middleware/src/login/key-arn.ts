import { parseKeyArn } from 'iam-auth-protocol'
import type { Deps } from '../deps.js'
import type { Logger } from '../log.js'
import type { KeyReference } from '../options/key-reference.js'
import { LoginRefusal } from '../refusal.js'
import { describeCause } from '../respond/cause.js'

/** The ARN of the service's key. @throws LoginRefusal ERR_IAM_KEY_UNRESOLVED while DescribeKey fails */
export type KeyArnSource = () => Promise<string>

const RETRY_AFTER_MS = 5000

/** Asks once; after a failure again with the first request that comes five seconds later. Concurrent requests share the call. */
export function createKeyArnSource(
  key: KeyReference,
  { resolveKey, now }: Pick<Deps, 'resolveKey' | 'now'>,
  logger: Logger,
): KeyArnSource {
  let asked: Promise<string> | undefined = key.arn === undefined ? undefined : Promise.resolve(key.arn)
  let failedAt = Number.NEGATIVE_INFINITY

  const noteFailure = (cause: unknown): never => {
    failedAt = now()
    asked = undefined
    logger.error({ kmsKeyId: key.id, region: key.region, cause: reasonOf(cause) }, 'the KMS key cannot be resolved')
    throw new LoginRefusal('ERR_IAM_KEY_UNRESOLVED', 'DescribeKey failed', { cause })
  }

  return () => {
    if (asked === undefined && now() - failedAt < RETRY_AFTER_MS) {
      return Promise.reject(new LoginRefusal('ERR_IAM_KEY_UNRESOLVED', 'DescribeKey failed a moment ago'))
    }
    asked ??= describe(key, resolveKey).catch(noteFailure)
    return asked
  }
}

/** A missing permission, another region and no credentials look alike from further away. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error
  return error instanceof LoginRefusal && cause !== undefined
    ? `${message}: ${describeCause(cause)}`
    : describeCause(error)
}

async function describe({ id }: KeyReference, resolveKey: Deps['resolveKey']): Promise<string> {
  return parseKeyArn(await resolveKey(id)).arn
}
