import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createRun } from '../commands/ca-programs.js'
import { ConfigError } from '../config/config.js'
import { readAuthority } from '../tls/authority-file.js'
import { authorityPaths } from '../tls/paths.js'
import { createNssStore } from '../tls/stores/nss.js'
import { describeRoot } from '../tls/stores/stores.js'
import { type TrustPlace, trustFiles } from '../trust/paths.js'
import type { Browser } from './browsers.js'

/**
 * Has a profile of Firefox trust the authority of this user, where there is one: on Linux every profile has a store of its own,
 * and `ca install` was perhaps run before this one was made. All other browsers look where `ca install` has put it.
 *
 * @returns why it does not trust it, for people; undefined where all is well
 */
export async function trustInProfile(
  { family }: Browser,
  folder: string,
  place: TrustPlace,
): Promise<string | undefined> {
  if (family !== 'firefox' || place.platform !== 'linux') return undefined
  const configFolder = dirname(trustFiles(place).user)
  const root = await readRoot(configFolder)
  if (root === undefined) return undefined
  const database = { audience: 'Firefox', folder, exists: existsSync(join(folder, 'cert9.db')) }
  const store = createNssStore(database, { run: createRun(place.env, place.platform) })
  if ((await store.look(root)) === 'installed') return undefined
  const outcome = await store.install(root, undefined)
  if (outcome.kind !== 'failed') return undefined
  const byHand = outcome.byHand.map((command) => `\n  ${command}`).join('')
  return `Firefox refuses the https: pages that this proxy logs in to, since it could not be told of the certificate authority: ${outcome.reason}${byHand}`
}

/** Of what can be used: about the rest the proxy itself speaks. */
async function readRoot(configFolder: string) {
  try {
    const authority = await readAuthority(configFolder)
    return authority && describeRoot(authority.rootPem, authorityPaths(configFolder).root)
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}
