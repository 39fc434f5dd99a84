import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { HeldLock } from './lock.js'

/** What a process that was killed may have left is removed after this long. */
const LEFTOVER_MS = 60_000

/**
 * Puts a file into its place as a whole: a reader, or whoever ends us in between, finds the old one or the new one. A
 * symbolic link is replaced, not followed.
 *
 * @param mode of the new file, as `0o600`
 * @param lock where one is held, it must still be
 */
export function replaceFile(path: string, text: string, mode: number, lock?: HeldLock): void {
  removeLeftovers(path)
  const draft = `${path}.${randomBytes(9).toString('hex')}.tmp`
  try {
    writeDurably(draft, text, mode)
    if (lock?.isHeld() === false) {
      throw new Error(`${path} was not changed: this process was stopped for too long. Try again`)
    }
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
  syncFolder(dirname(path))
}

function writeDurably(path: string, text: string, mode: number): void {
  const descriptor = openSync(path, 'wx', mode)
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
