import { ConfigError } from '../config/config.js'
import type { Authority } from '../tls/authority.js'
import { readAuthority } from '../tls/authority-file.js'
import { authorityPaths } from '../tls/paths.js'
import type { TrustStore } from '../tls/stores/store.js'
import { describeRoot } from '../tls/stores/stores.js'
import { uncoveredEntries } from './ca-names.js'

/** What is looked at. */
export interface AuthorityStateDeps {
  readonly configFolder: string
  readonly uid: number | undefined
  readonly stores: readonly TrustStore[]
  /** Names of entries of the trust list: origins and suffixes. */
  readonly trusted: readonly string[]
  /** ms since 1970 */
  readonly now: () => number
}

/** What `ca status --json` prints, and `authority` in `/status.json`. Times are ISO 8601; nothing in it is secret. */
export interface AuthorityState {
  /**
   * `none`: there is none; `unusable`: `problems` says why; `expired`; `in-no-store`: nobody was told of it; `installed`: at least
   * one store has it, see `stores` for the others.
   */
  readonly state: 'none' | 'unusable' | 'expired' | 'in-no-store' | 'installed'
  /** Sentences for people, with what to type. */
  readonly problems: readonly string[]
  /** The hosts it may speak for, with what is below them. */
  readonly names: readonly string[]
  readonly expiresAt: string | null
  /** Of the root, with colons. */
  readonly sha256: string | null
  /** Path of the root as PEM. */
  readonly root: string | null
  readonly stores: readonly StoreState[]
  /** Trusted https entries that it does not speak for, and one of another `ca install` would. */
  readonly uncovered: readonly string[]
  /** The command that makes it better; null where all is well. */
  readonly todo: string | null
}

/** One store, as `TrustStore.look` sees it. */
export interface StoreState {
  readonly audience: string
  readonly place: string
  /** `outdated`: another root of ours, or ours without trust. */
  readonly state: Awaited<ReturnType<TrustStore['look']>>
}

const INSTALL = 'iam-auth-proxy ca install'

/** The authority as it is now. Looks only, and runs the systems' own programs to look into their stores. */
export async function readAuthorityState(deps: AuthorityStateDeps): Promise<AuthorityState> {
  try {
    const authority = await readAuthority(deps.configFolder, deps.uid)
    return describe(authority, await lookInto(deps, authority), deps)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { ...NOTHING, state: 'unusable', problems: error.problems, stores: [] }
  }
}

const NOTHING = { problems: [], names: [], expiresAt: null, sha256: null, root: null, uncovered: [], todo: null }

async function lookInto({ configFolder, stores }: AuthorityStateDeps, authority: Authority | undefined) {
  const root = authority && describeRoot(authority.rootPem, authorityPaths(configFolder).root)
  const found: StoreState[] = []
  for (const store of stores) {
    found.push({ audience: store.audience, place: store.place, state: await store.look(root) })
  }
  return found
}

function describe(
  authority: Authority | undefined,
  stores: readonly StoreState[],
  { configFolder, trusted, now }: AuthorityStateDeps,
): AuthorityState {
  if (authority === undefined) return { ...NOTHING, state: 'none', stores, todo: INSTALL }
  const { permitted, expiresAt, fingerprint, covers } = authority
  const uncovered = uncoveredEntries(trusted, covers)
  const isSomewhere = stores.some(({ state }) => state === 'installed')
  const state = now() >= expiresAt ? 'expired' : isSomewhere ? 'installed' : 'in-no-store'
  const isBehind = stores.some((store) => store.state === 'outdated')
  const isWell = state === 'installed' && uncovered.length === 0 && !isBehind
  return {
    state,
    problems: [],
    names: permitted,
    expiresAt: new Date(expiresAt).toISOString(),
    sha256: fingerprint,
    root: authorityPaths(configFolder).root,
    stores,
    uncovered,
    todo: isWell ? null : INSTALL,
  }
}
