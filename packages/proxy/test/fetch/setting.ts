import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeEach } from 'vitest'
import { type Keeper, thisFile } from '../../../../test/support/cleanup.js'
import { type Credentials, keysOf } from '../../../../test/support/proxy.js'
import { type ServiceOptions, startService } from '../../../../test/support/service.js'
import { createIamFetch } from '../../src/fetch/index.js'
import type { IamFetchOptions } from '../../src/fetch/options.js'

/** An embedded AWS, which the SDK in this process asks as well, and services protected by the real middleware. */
export interface Setting {
  readonly aws: LocalAws
  /** An `iamFetch` with alice's keys, or those given. */
  iamFetch(options?: IamFetchOptions, credentials?: Credentials): ReturnType<typeof createIamFetch>
  startService(keep: Keeper, options?: ServiceOptions): ReturnType<typeof startService>
}

/** To be called at the top of a file, once; before each of its tests AWS forgets what it was asked. */
export async function createSetting(): Promise<Setting> {
  const keep = thisFile()
  const aws = await startLocalAws()
  const before = process.env['AWS_ENDPOINT_URL']
  process.env['AWS_ENDPOINT_URL'] = aws.endpoint
  keep(() => {
    if (before === undefined) delete process.env['AWS_ENDPOINT_URL']
    else process.env['AWS_ENDPOINT_URL'] = before
    return aws.close()
  })
  beforeEach(() => {
    aws.resetCalls()
    aws.clearFaults()
  })
  return {
    aws,
    iamFetch: (options = {}, credentials = keysOf(aws, 'alice')) =>
      createIamFetch({ credentials: async () => credentials, region: aws.region, ...options }),
    startService: (keepService, options) => startService(aws, keepService, options),
  }
}
