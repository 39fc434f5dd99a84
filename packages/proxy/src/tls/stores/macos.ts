import { join } from 'node:path'
import { formatCommand } from '../../trust/shell.js'
import { lastLine, type Outcome, ROOT_NAME_PREFIX, type Root, type StoreDeps, type TrustStore } from './store.js'

/** The login keychain of this user: Safari, Chrome, curl and, since version 120, Firefox look there. macOS asks for a password. */
export function createKeychainStore({ home, run }: StoreDeps): TrustStore {
  const keychain = join(home, 'Library', 'Keychains', 'login.keychain-db')
  const own = async () => ownHashes((await run('security', ['find-certificate', '-a', '-Z', keychain])).stdout)
  const removeAll = async (hashes: readonly string[]): Promise<Outcome> => {
    for (const hash of hashes) {
      // -t: what it is trusted for goes as well.
      const words = ['delete-certificate', '-t', '-Z', hash, keychain]
      const ran = await run('security', words)
      if (ran.exitCode !== 0) return failure(lastLine(ran), words)
    }
    return { kind: hashes.length > 0 ? 'done' : 'unchanged' }
  }
  return {
    audience: 'macOS',
    place: keychain,
    async look(root) {
      const hashes = await own()
      if (hashes.length === 0) return 'absent'
      if (root === undefined || hashes.length > 1 || hashes[0] !== root.sha256) return 'outdated'
      const { exitCode } = await run('security', ['verify-cert', '-c', root.path, '-p', 'basic', '-L'])
      return exitCode === 0 ? 'installed' : 'outdated'
    },
    async install(root) {
      const removed = await removeAll(await own())
      if (removed.kind === 'failed') return removed
      const words = trusting(root, keychain)
      const ran = await run('security', words)
      return ran.exitCode === 0 ? { kind: 'done' } : failure(lastLine(ran), words)
    },
    uninstall: async () => removeAll(await own()),
  }
}

function trusting(root: Root, keychain: string): string[] {
  return ['add-trusted-cert', '-r', 'trustRoot', '-p', 'ssl', '-k', keychain, root.path]
}

function failure(said: string, words: readonly string[]): Outcome {
  return { kind: 'failed', reason: `security says: ${said}`, byHand: [formatCommand('security', ...words)] }
}

/** `SHA-256 hash: ABC…` stands before the attributes of its certificate, of which `labl` is the name. */
function ownHashes(listing: string): string[] {
  return listing.split(/^(?=SHA-256 hash: )/m).flatMap((block) => {
    const [, hash] = /^SHA-256 hash: ([0-9A-F]{64})$/m.exec(block) ?? []
    const [, label = ''] = /"labl"<blob>="([^"]*)"/.exec(block) ?? []
    return hash !== undefined && label.startsWith(ROOT_NAME_PREFIX) ? [hash] : []
  })
}
