import type { Principal } from 'iam-auth-protocol'
import type { Sts } from '../aws/sts.js'
import type { CachedSource } from './cached.js'
import type { AwsCredentials } from './source.js'

/** Credentials, and who they are. */
export interface Caller {
  readonly credentials: AwsCredentials
  readonly principal: Principal
}

export interface CallerSource {
  /** `region`: whose STS is asked where the answer is not known yet. Rejects with a LoginRefusal. */
  (region: string): Promise<Caller>
  /** AWS said that these credentials are not valid any more: fetch new ones next time. */
  forget(): void
}

/** Asks `GetCallerIdentity` once for each credentials object, and only with that one. */
export function createCallerSource(source: CachedSource, sts: Pick<Sts, 'getCallerIdentity'>): CallerSource {
  let known: { readonly credentials: AwsCredentials; readonly caller: Promise<Caller> } | undefined
  const identify = async (credentials: AwsCredentials, region: string) => ({
    credentials,
    principal: await sts.getCallerIdentity(credentials, region),
  })
  const get = async (region: string) => {
    const credentials = await source()
    if (known?.credentials !== credentials) {
      const caller = identify(credentials, region)
      known = { credentials, caller }
      caller.catch(() => {
        known = undefined
      })
    }
    return known.caller
  }
  return Object.assign(get, {
    forget() {
      known = undefined
      source.forget()
    },
  })
}
