import type { AwsCredentials, CredentialSource } from './source.js'

/** The SDK's own margin: credentials with less left are fetched again. */
const MARGIN_MS = 5 * 60_000

export interface CachedSource {
  (): Promise<AwsCredentials>
  /** Forgets what is kept, and what it was made from: AWS said it is not valid any more. */
  forget(): void
  /** Somebody waits for new ones right now. */
  isPending(): boolean
}

/**
 * The one cache around every source: asks once however many callers wait, and again shortly before the end (5 minutes,
 * or a tenth of a shorter life). A failure is kept for nobody.
 *
 * @param now ms since 1970
 * @param madeFrom the cache below this one, forgotten with it
 */
export function cachedSource(
  source: CredentialSource,
  now: () => number,
  madeFrom?: Pick<CachedSource, 'forget'>,
): CachedSource {
  let kept: { readonly credentials: AwsCredentials; readonly refreshAt: number } | undefined
  let pending: Promise<AwsCredentials> | undefined
  const fetchAgain = async () => {
    const credentials = await source()
    kept = { credentials, refreshAt: refreshTime(credentials, now()) }
    return credentials
  }
  const get = () => {
    if (kept !== undefined && now() < kept.refreshAt) return Promise.resolve(kept.credentials)
    pending ??= fetchAgain().finally(() => {
      pending = undefined
    })
    return pending
  }
  return Object.assign(get, {
    forget: () => {
      kept = undefined
      madeFrom?.forget()
    },
    isPending: () => pending !== undefined,
  })
}

function refreshTime({ expiresAt }: AwsCredentials, now: number): number {
  if (expiresAt === undefined) return Number.POSITIVE_INFINITY
  return expiresAt - Math.min(MARGIN_MS, (expiresAt - now) / 10)
}
