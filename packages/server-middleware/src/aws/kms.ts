import type { KMSClient } from '@aws-sdk/client-kms'
import type { Deps } from '../deps.js'
import type { AwsCredentialsProvider } from '../options/options.js'
import { LoginRefusal } from '../refusal.js'

export interface KmsOptions {
  readonly region: string
  /** Instead of AWS's. */
  readonly endpoint: string | undefined
  readonly credentials: AwsCredentialsProvider | undefined
  /** Of one attempt; there are two. @default 3000 */
  readonly timeoutMs?: number
}

/** KMS by the AWS SDK, which is loaded with the first call, or by `warm`. */
export function createKms(options: KmsOptions): Pick<Deps, 'decrypt' | 'resolveKey'> & { readonly warm: () => void } {
  const { timeoutMs = 3000 } = options
  const deadline = () => ({ abortSignal: AbortSignal.timeout(timeoutMs * 2 + 1000) })
  let loading: ReturnType<typeof load> | undefined
  const client = () => {
    loading ??= load({ ...options, timeoutMs })
    return loading
  }
  return {
    warm: () => void client().catch(() => undefined), // a login says what is wrong
    async decrypt({ ciphertext, keyArn, encryptionContext }) {
      const { kms, sdk } = await client()
      const input = { CiphertextBlob: ciphertext, KeyId: keyArn, EncryptionContext: { ...encryptionContext } }
      const answer = await refuse(kms.send(new sdk.DecryptCommand(input), deadline()))
      return { plaintext: answer.Plaintext ?? new Uint8Array(), keyArn: answer.KeyId }
    },
    async resolveKey(keyId) {
      const { kms, sdk } = await client()
      const { KeyMetadata: key } = await refuse(kms.send(new sdk.DescribeKeyCommand({ KeyId: keyId }), deadline()))
      if (key?.KeySpec !== undefined && key.KeySpec !== 'SYMMETRIC_DEFAULT') {
        throw new LoginRefusal('ERR_IAM_KMS_REFUSED', 'the key is not symmetric: it takes no encryption context')
      }
      return key?.Arn ?? ''
    },
  }
}

async function load({ region, endpoint, credentials, timeoutMs }: Required<KmsOptions>) {
  const sdk = await import('@aws-sdk/client-kms')
  const kms: KMSClient = new sdk.KMSClient({
    region,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: timeoutMs, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  })
  return { kms, sdk }
}

/** A judgement of KMS on this login is a refusal; anything that says nothing about it is an outage. */
async function refuse<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (cause) {
    const isJudgement = statusOf(cause) >= 400 && statusOf(cause) < 500 && !isThrottling(cause)
    throw isJudgement
      ? new LoginRefusal('ERR_IAM_KMS_REFUSED', 'KMS refused', { cause })
      : new LoginRefusal('ERR_IAM_KMS_UNAVAILABLE', 'KMS is out of reach', { cause })
  }
}

function statusOf(error: unknown): number {
  const { $metadata: metadata } = error as { $metadata?: { httpStatusCode?: number } }
  return metadata?.httpStatusCode ?? 0
}

function isThrottling(error: unknown): boolean {
  const { name, $retryable } = error as { name?: string; $retryable?: { throttling?: boolean } }
  return (
    statusOf(error) === 429 ||
    $retryable?.throttling === true ||
    /Throttl|TooMany|LimitExceeded|SlowDown/.test(name ?? '')
  )
}
