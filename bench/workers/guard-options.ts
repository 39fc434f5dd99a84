import type { IamAuthOptions } from 'iam-auth-server-middleware'
import type { AwsAnswer } from './aws-question.js'

/** No login of the benchmark is one too many. */
const NO_LIMIT = { perSecond: 1e6, burst: 1e6 }

/** The embedded AWS, and nothing logged but errors. */
export function guardOptions({ endpoint, account, keyArn, server }: AwsAnswer): IamAuthOptions {
  return {
    realm: account,
    kmsKeyId: keyArn,
    secrets: ['a secret of this benchmark, of no use elsewhere'],
    endpoints: { kms: endpoint, sts: endpoint },
    credentials: async () => server,
    rateLimit: NO_LIMIT,
    totalRateLimit: NO_LIMIT,
    logger: { info: () => undefined, warn: () => undefined, error: console.error },
  }
}
