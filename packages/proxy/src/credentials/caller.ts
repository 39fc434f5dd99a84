import { type Principal, partitionOfRegion } from 'iam-auth-protocol'
import type { Sts } from '../aws/sts.js'
import { createSingleFlight } from '../login/flights.js'
import type { CachedSource } from './cached.js'
import type { AwsCredentials } from './source.js'

/** Credentials, and who they are. */
export interface Caller {
  readonly credentials: AwsCredentials
  readonly principal: Principal
}

/** Who we are. */
export interface WhoWeAre {
  /** `keyRegion`: of the key that will be used; its STS is asked where ours is of another partition. Rejects with a LoginRefusal. */
  (keyRegion: string): Promise<Caller>
  /** Who we were when AWS was asked last, without asking anybody. */
  known(): Caller | undefined
}

export interface CallerSource extends WhoWeAre {
  /** AWS said that these credentials are not valid any more: fetch new ones next time. */
  forget(): void
  /** Somebody waits for new credentials right now. */
  isPending(): boolean
}

/**
 * Asks `GetCallerIdentity` once for each credentials object, and only with that one. The person's own region is asked, not
 * one that a challenge names: else any site could make it fail for all others.
 */
export function createCallerSource(
  source: CachedSource,
  sts: Pick<Sts, 'getCallerIdentity'>,
  ownRegion: string,
): CallerSource {
  let known: Caller | undefined
  const flights = createSingleFlight<Caller>()
  const identify = async (credentials: AwsCredentials, region: string) => {
    known = { credentials, principal: await sts.getCallerIdentity(credentials, region) }
    return known
  }
  const get = async (keyRegion: string) => {
    const credentials = await source()
    if (known?.credentials === credentials) return known
    const isAtHome = partitionOfRegion(ownRegion) === partitionOfRegion(keyRegion)
    const region = isAtHome ? ownRegion : keyRegion
    return flights.run(region, () => identify(credentials, region))
  }
  return Object.assign(get, {
    known: () => known,
    forget() {
      known = undefined
      source.forget()
    },
    isPending: source.isPending,
  })
}
