import { existsSync, readFileSync } from 'node:fs'
import { removeAuthority } from '../tls/authority-file.js'
import { authorityPaths } from '../tls/paths.js'
import type { Root, TrustStore } from '../tls/stores/store.js'
import { describeRoot } from '../tls/stores/stores.js'
import { formatResults, type StoreResult } from './ca-words.js'
import { CommandFailure } from './failure.js'

export interface CaUninstallDeps {
  readonly configFolder: string
  readonly stores: readonly TrustStore[]
  readonly print: (text: string) => void
}

/**
 * `ca uninstall`: takes every root of ours out of the stores, and removes the files, damaged or not. Rejects with
 * CommandFailure where a store still has one.
 */
export async function uninstallCa({ configFolder, stores, print }: CaUninstallDeps): Promise<void> {
  const { folder } = authorityPaths(configFolder)
  const root = lastRoot(configFolder)
  const results: StoreResult[] = []
  for (const store of stores) results.push({ store, outcome: await store.uninstall(root) })
  const hadFiles = existsSync(folder)
  removeAuthority(configFolder)
  const changed = results.filter(({ outcome }) => outcome.kind !== 'unchanged')
  if (!hadFiles && changed.length === 0) {
    print('Nothing to do: no certificate authority is installed.\n')
    return
  }
  print(formatResults(changed, { done: 'removed', unchanged: 'was not there', failed: 'NOT DONE' }))
  if (hadFiles)
    print(`\nIts files are removed: ${folder}. A proxy that runs tunnels https from now on; what is open stays open.\n`)
  print('Where you have told Java of it: keytool -delete -cacerts -storepass changeit -alias iam-auth-proxy\n')
  const failed = changed.filter(({ outcome }) => outcome.kind === 'failed').length
  if (failed > 0)
    throw new CommandFailure(`it is still in ${failed === 1 ? 'one store' : `${failed} stores`}: see above`)
}

/** From the copy for programs: it can be read where the rest is damaged. */
function lastRoot(configFolder: string): Root | undefined {
  const { root } = authorityPaths(configFolder)
  try {
    return describeRoot(readFileSync(root, 'utf8'), root)
  } catch {
    return undefined
  }
}
