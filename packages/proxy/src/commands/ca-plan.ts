import type { Authority } from '../tls/authority.js'
import { DamagedAuthorityError, readAuthority } from '../tls/authority-file.js'
import { widestNames } from '../tls/names.js'
import { authorityPaths } from '../tls/paths.js'
import type { Root } from '../tls/stores/store.js'
import { describeRoot } from '../tls/stores/stores.js'
import { wantedNames } from './ca-names.js'
import { formatDate } from './ca-words.js'

/** What is looked at. */
export interface CaPlanDeps {
  readonly configFolder: string
  readonly uid: number | undefined
  /** Names of entries of the trust list: origins and suffixes. */
  readonly trusted: readonly string[]
  /** ms since 1970 */
  readonly now: () => number
}

export interface CaInstallFlags {
  readonly host?: readonly string[]
  readonly yes?: boolean
}

/** What there is, and what there is to be. */
export interface Plan {
  readonly kept: Authority | undefined
  /** Of an authority that is there and is replaced, or kept. */
  readonly previous: Root | undefined
  /** Why a new one is made beside what is there. */
  readonly why: string | undefined
  readonly names: readonly string[]
  readonly leftOut: readonly string[]
}

const DAY_MS = 86_400_000
/** An authority with less time than this is replaced by the next `ca install`. */
const RENEW_MS = 60 * DAY_MS

/** Looks only: nothing is changed. Rejects with ConfigError for names that no authority can have. */
export async function makePlan({ host = [] }: CaInstallFlags, deps: CaPlanDeps): Promise<Plan> {
  const { configFolder, uid, trusted, now } = deps
  const found = await readAuthority(configFolder, uid).catch((error) => {
    if (error instanceof DamagedAuthorityError) return 'damaged' as const
    throw error
  })
  if (found === 'damaged') {
    return {
      ...wantedNames(trusted, host),
      kept: undefined,
      previous: undefined,
      why: 'the one that is there is damaged',
    }
  }
  if (found === undefined)
    return { ...wantedNames(trusted, host), kept: undefined, previous: undefined, why: undefined }
  // What it speaks for already is not taken away by what is typed today.
  const { names: wanted, leftOut } = wantedNames(trusted, [...host, ...found.permitted])
  const previous = describeRoot(found.rootPem, authorityPaths(configFolder).root)
  const missing = wanted.filter((name) => !found.covers(name))
  const why =
    missing.length > 0
      ? `the one that is there does not speak for ${missing.join(', ')}`
      : now() > found.expiresAt - RENEW_MS
        ? `the one that is there ends on ${formatDate(found.expiresAt)}`
        : undefined
  const names = widestNames([...wanted, ...found.permitted])
  return { kept: why === undefined ? found : undefined, previous, why, names, leftOut }
}
