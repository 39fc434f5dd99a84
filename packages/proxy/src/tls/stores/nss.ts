import { mkdirSync } from 'node:fs'
import { formatCommand } from '../../trust/shell.js'
import { findNssDatabases, type NssDatabase } from './nss-databases.js'
import {
  lastLine,
  type Outcome,
  type Ran,
  ROOT_NAME_PREFIX,
  type Root,
  type StoreDeps,
  type TrustStore,
} from './store.js'

/** It may sign servers' certificates, and nothing else. */
const TRUST = 'C,,'
const NOT_STARTED = 127
/** A database with a password would be asked for it: we have none, and must not wait for one. */
const NO_PASSWORD = ['-f', '/dev/null']

/** The stores of this user's browsers, through NSS's `certutil`. */
export function createNssStores(deps: StoreDeps): TrustStore[] {
  return findNssDatabases(deps.home, deps.env).map((database) => createNssStore(database, deps))
}

/** One of them. */
export function createNssStore(database: NssDatabase, { run }: Pick<StoreDeps, 'run'>): TrustStore {
  const { audience, folder } = database
  let { exists } = database
  const certutil = (...args: readonly string[]) => run('certutil', [...args, '-d', `sql:${folder}`, ...NO_PASSWORD])
  const remove = async (name: string) => certutil('-D', '-n', name)
  return {
    audience,
    place: folder,
    async look(root) {
      if (!exists) return 'absent'
      const listed = await certutil('-L')
      if (listed.exitCode !== 0) return 'unknown'
      const own = ownNames(listed.stdout)
      if (own.length === 0) return 'absent'
      if (root === undefined || own.length > 1 || own[0]?.trust !== TRUST || own[0].name !== root.name)
        return 'outdated'
      const { stdout } = await certutil('-L', '-n', root.name, '-a')
      return sameCertificate(stdout, root.pem) ? 'installed' : 'outdated'
    },
    async install(root) {
      if (!exists) {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        const made = await run('certutil', ['-N', '-d', `sql:${folder}`, '--empty-password'])
        if (made.exitCode !== 0) return failure(made, database, root)
        exists = true
      }
      const removed = await removeAll(certutil, remove)
      if (removed?.exitCode) return failure(removed, database, root)
      const added = await certutil('-A', '-t', TRUST, '-n', root.name, '-i', root.path)
      if (added.exitCode === 0) return { kind: 'done' }
      // Without a database's password it is put there, but without trust.
      await remove(root.name)
      return failure(added, database, root)
    },
    async uninstall() {
      if (!exists) return { kind: 'unchanged' }
      const removed = await removeAll(certutil, remove)
      if (removed === undefined) return { kind: 'unchanged' }
      return removed.exitCode === 0 ? { kind: 'done' } : failure(removed, database, undefined)
    },
  }
}

/** The first that failed, or the last; undefined where there was nothing to remove. */
async function removeAll(
  certutil: (...args: readonly string[]) => Promise<Ran>,
  remove: (name: string) => Promise<Ran>,
): Promise<Ran | undefined> {
  const listed = await certutil('-L')
  if (listed.exitCode !== 0) return listed
  let last: Ran | undefined
  for (const { name } of ownNames(listed.stdout)) {
    last = await remove(name)
    if (last.exitCode !== 0) return last
  }
  return last
}

/** Lines of `certutil -L`: a name, spaces, and what it is trusted for. */
function ownNames(listing: string): { name: string; trust: string }[] {
  return listing.split('\n').flatMap((line) => {
    const [, name, trust] = /^(.*?)\s+([A-Za-z]*,[A-Za-z]*,[A-Za-z]*)\s*$/.exec(line) ?? []
    return name?.startsWith(ROOT_NAME_PREFIX) && trust !== undefined ? [{ name, trust }] : []
  })
}

function sameCertificate(one: string, other: string): boolean {
  const content = (text: string) => text.replaceAll(/\s/g, '')
  return content(one) === content(other)
}

function failure(ran: Ran, { folder }: NssDatabase, root: Root | undefined): Outcome {
  if (ran.exitCode === NOT_STARTED) {
    const reason = 'certutil is not installed (Debian, Ubuntu: libnss3-tools; Fedora: nss-tools; Arch: nss)'
    return { kind: 'failed', reason, byHand: ['sudo apt-get install libnss3-tools'] }
  }
  if (/BAD_PASSWORD|could not authenticate/.test(ran.stderr)) {
    const words = root === undefined ? ['-L'] : ['-A', '-t', TRUST, '-n', root.name, '-i', root.path]
    const byHand = [formatCommand('certutil', ...words, '-d', `sql:${folder}`)]
    return { kind: 'failed', reason: 'it has a password, which certutil asks you for', byHand }
  }
  return { kind: 'failed', reason: `certutil says: ${lastLine(ran)}`, byHand: [] }
}
