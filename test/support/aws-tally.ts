import type { LocalAws } from 'iam-auth-local-aws'

/** How often each action was asked of AWS: `{ Encrypt: 1 }`. */
export type Tally = Readonly<Record<string, number>>

/** What a login costs: the person's Encrypt, the service's Decrypt, and the signed request that the service sends. */
export const ONE_LOGIN: Tally = { Decrypt: 1, Encrypt: 1, GetCallerIdentity: 1 }
/** The first login of a proxy: it asks once who it is. */
export const FIRST_LOGIN: Tally = { Decrypt: 1, Encrypt: 1, GetCallerIdentity: 2 }
export const NOTHING: Tally = {}

export function tally(aws: LocalAws): Tally {
  const counts: Record<string, number> = {}
  for (const { action } of aws.calls()) counts[action] = (counts[action] ?? 0) + 1
  return counts
}
