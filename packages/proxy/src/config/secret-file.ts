import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { formatCommand } from '../trust/shell.js'

const ROOT = 0

/**
 * The text of a file that holds a secret. What is checked is the open file itself, so nobody can exchange it in between; a
 * pipe will do as well: `--proxy-auth-file <(pass show proxy)`.
 *
 * @param ownUid who may own it, beside root; undefined where the system has no such numbers
 * @throws TypeError that says what to type, where others may read the file
 */
export function readSecretFile(path: string, ownUid = process.getuid?.()): string {
  const descriptor = openSync(path, 'r')
  try {
    const { uid, mode } = fstatSync(descriptor)
    if (ownUid !== undefined && uid !== ownUid && uid !== ROOT) {
      throw new TypeError(
        `${path} belongs to user ${uid}, who may read it: ${formatCommand('sudo', 'chown', String(ownUid), path)}`,
      )
    }
    if (ownUid !== undefined && (mode & 0o077) !== 0) {
      throw new TypeError(`others may read or write ${path}: ${formatCommand('chmod', '600', path)}`)
    }
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}
