import { KMSClient } from '@aws-sdk/client-kms'
import { STSClient } from '@aws-sdk/client-sts'
import type { LocalAws } from '../../src/index.js'

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** The first access key of a user. */
export function keysOf(aws: LocalAws, user?: string, accountId?: string): Keys {
  const key = aws.state.user(user, accountId).accessKeys[0]!
  return { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey }
}

export function stsClient(aws: LocalAws, credentials: Keys, region = aws.region): STSClient {
  return new STSClient({ endpoint: aws.endpoint, region, credentials, maxAttempts: 1 })
}

export function kmsClient(aws: LocalAws, credentials: Keys, region = aws.region): KMSClient {
  return new KMSClient({ endpoint: aws.endpoint, region, credentials, maxAttempts: 1 })
}

/** An error's name and message as the SDK read them, for tables. */
export async function refusalOf(promise: Promise<unknown>): Promise<{ code: string; message: string; status: number }> {
  const error = (await promise.then(
    () => new Error('was not refused'),
    (reason: unknown) => reason,
  )) as { name: string; message: string; $metadata?: { httpStatusCode: number } }
  return { code: error.name, message: error.message, status: error.$metadata?.httpStatusCode ?? 0 }
}

/** SDK v3 credentials from the `Credentials` of an answer. */
export function fromAnswer(
  credentials:
    | { AccessKeyId?: string | undefined; SecretAccessKey?: string | undefined; SessionToken?: string | undefined }
    | undefined,
): Keys {
  return {
    accessKeyId: credentials!.AccessKeyId!,
    secretAccessKey: credentials!.SecretAccessKey!,
    sessionToken: credentials!.SessionToken!,
  }
}
