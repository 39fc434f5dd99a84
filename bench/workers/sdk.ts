/** AWS's own client asked for the one thing that a login of version 2 asks of it: what of a login's cost is nobody's but the SDK's. */
import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import type { AwsAnswer } from './aws-question.js'
import { answerQuestions } from './connect.js'

/** So many calls, one after another. */
export interface SdkQuestion {
  readonly aws: AwsAnswer
  readonly count: number
}

let client: KMSClient | undefined

answerQuestions(async ({ aws: { endpoint, region, keyArn, alice }, count }: SdkQuestion) => {
  client ??= new KMSClient({ endpoint, region, credentials: alice })
  const Plaintext = Buffer.alloc(32)
  const input = {
    KeyId: keyArn,
    Plaintext,
    EncryptionContext: { from: 'a login of this size', to: 'of the benchmark' },
  }
  for (let at = 0; at < count; at++) await client.send(new EncryptCommand(input))
  return { count }
})
