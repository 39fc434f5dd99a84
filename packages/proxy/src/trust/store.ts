import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { TrustEntry } from './entry.js'
import { formatTrustFile } from './file-format.js'
import { requireSafeFolder } from './guarded-file.js'
import { acquireLock, type HeldLock } from './lock.js'
import { readTrustFile } from './read.js'

/** What a process that was killed may have left is removed after this long. */
const LEFTOVER_MS = 60_000

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
    if (changed !== entries) replaceFile(path, formatTrustFile(changed), lock)
  } finally {
    lock.release()
  }
}

function replaceFile(path: string, text: string, lock: HeldLock): void {
  removeLeftovers(path)
  const draft = `${path}.${randomBytes(9).toString('hex')}.tmp`
  try {
    writeDurably(draft, text)
    if (!lock.isHeld()) throw new Error(`${path} was not changed: this process was stopped for too long. Try again`)
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
  syncFolder(dirname(path))
}

function writeDurably(path: string, text: string): void {
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The new name is on disk only once the folder is. Windows opens no folders, and needs none of this. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function removeLeftovers(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith('.tmp')) continue
    const file = join(dirname(path), name)
    const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (Date.now() - made > LEFTOVER_MS) rmSync(file, { force: true })
  }
}
