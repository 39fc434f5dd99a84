import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { TrustEntry } from './entry.js'
import { formatTrustFile } from './file-format.js'
import { requireSafeFolder } from './guarded-file.js'
import { acquireLock } from './lock.js'
import { readTrustFile } from './read.js'
import { replaceFile } from './replace-file.js'

/**
 * Changes the user's trust file. It is read again under a lock, so that no two changes lose each other, and replaced as a
 * whole: a reader, or whoever ends us in between, finds the old file or the new one.
 *
 * @param change gets the entries as they are now; what it throws leaves the file as it is
 * @throws ConfigError where the file is not safe, or not well formed: then it is left as it is too
 */
export async function updateTrustFile(
  path: string,
  uid: number | undefined,
  change: (entries: readonly TrustEntry[]) => readonly TrustEntry[],
): Promise<void> {
  const owner = { kind: 'user', uid } as const
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  requireSafeFolder(dirname(path), owner)
  const lock = await acquireLock(`${path}.lock`)
  try {
    const { entries } = readTrustFile(path, owner)
    const changed = change(entries)
    if (changed !== entries) replaceFile(path, formatTrustFile(changed), 0o600, lock)
  } finally {
    lock.release()
  }
}
