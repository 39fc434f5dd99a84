import type { Env } from '../config/config.js'
import { findStores } from '../tls/stores/stores.js'
import { homeFolder } from '../trust/paths.js'
import { createRun } from './ca-programs.js'
import { type AuthorityState, type AuthorityStateDeps, readAuthorityState } from './ca-state.js'

/** What is looked at, and the environment that says where its stores are. */
export type AuthorityLook = Omit<AuthorityStateDeps, 'stores' | 'now'> & { readonly env: Env }

/** `ca status` for a proxy that runs: nobody is asked for anything, and nothing is changed. */
export function lookAtAuthority({ env, ...look }: AuthorityLook): Promise<AuthorityState> {
  const { platform } = process
  const run = createRun(env, platform)
  const stores = findStores({ platform, uid: look.uid, home: homeFolder(), env, run, runAsRoot: undefined })
  return readAuthorityState({ ...look, stores, now: Date.now })
}
