import { lstatSync, mkdirSync, rmSync, type Stats } from 'node:fs'
import { ConfigError } from '../config/config.js'
import { readGuardedFile, requireSafeFolder } from '../trust/guarded-file.js'
import { acquireLock } from '../trust/lock.js'
import { replaceFile } from '../trust/replace-file.js'
import { formatCommand } from '../trust/shell.js'
import { type Authority, type AuthorityRecord, openAuthority } from './authority.js'
import { authorityPaths } from './paths.js'

const VERSION = 1
const OTHERS = 0o077
const AGAIN = 'iam-auth-proxy ca install makes a new one'

/** Nobody else had to do with it, and it is of no use. */
export class DamagedAuthorityError extends ConfigError {}

/**
 * The authority of this user; undefined where none is installed. One that has expired is given too: see `expiresAt`.
 *
 * @param configFolder the folder of `trust.json`
 * @param uid who we are; undefined on Windows, where modes and owners say nothing. @default process.getuid()
 * @throws ConfigError where somebody else may have read or written it, or it is damaged, with the command that repairs it
 */
export async function readAuthority(configFolder: string, uid = process.getuid?.()): Promise<Authority | undefined> {
  const { folder, record } = authorityPaths(configFolder)
  if (!isPrivateFolder(folder, uid)) return undefined
  requireSafeFolder(configFolder, { kind: 'user', uid })
  const text = readGuardedFile(record, { kind: 'user', uid })
  if (text === undefined) return undefined
  try {
    return openAuthority(parseRecord(text))
  } catch (error) {
    throw new DamagedAuthorityError([`${record} is damaged (${(error as Error).message}): ${AGAIN}`])
  }
}

/** Writes a new authority into the place of the old one. @throws ConfigError where the folder is not private */
export async function writeAuthority(
  configFolder: string,
  written: AuthorityRecord,
  uid = process.getuid?.(),
): Promise<Authority> {
  const { folder, record, root } = authorityPaths(configFolder)
  mkdirSync(configFolder, { recursive: true, mode: 0o700 })
  requireSafeFolder(configFolder, { kind: 'user', uid })
  if (!isPrivateFolder(folder, uid)) mkdirSync(folder, { mode: 0o700 })
  const authority = openAuthority(written)
  const lock = await acquireLock(`${record}.lock`)
  try {
    replaceFile(record, `${JSON.stringify({ version: VERSION, ...written }, undefined, 2)}\n`, 0o600, lock)
    replaceFile(root, written.rootPem, 0o644)
    return authority
  } finally {
    lock.release()
  }
}

/** Removes all that there is of it, damaged or not. */
export function removeAuthority(configFolder: string): void {
  // A link is removed, not followed.
  rmSync(authorityPaths(configFolder).folder, { recursive: true, force: true })
}

/** False where there is none. @throws ConfigError where others may look into it */
function isPrivateFolder(path: string, uid: number | undefined): boolean {
  const found = lstat(path)
  if (found === undefined) return false
  if (found.isSymbolicLink()) {
    throw new ConfigError([`${path} is a symbolic link: ${formatCommand('rm', path)}, then iam-auth-proxy ca install`])
  }
  if (!found.isDirectory()) throw new ConfigError([`${path} is not a folder: ${formatCommand('rm', path)}`])
  if (uid === undefined) return true
  const problems = [
    ...(found.uid === uid
      ? []
      : [`${path} belongs to user ${found.uid}: ${formatCommand('sudo', 'chown', String(uid), path)}`]),
    ...(found.mode & OTHERS ? [`others may look into ${path}: ${formatCommand('chmod', '700', path)}`] : []),
  ]
  if (problems.length > 0) throw new ConfigError(problems)
  return true
}

function lstat(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new ConfigError([`${path} cannot be looked at (${message}): name another folder with --config-dir`])
  }
}

function parseRecord(text: string): AuthorityRecord {
  const { version, permitted, rootPem, intermediatePem, intermediateKeyPem } = parseJson(text)
  if (version !== VERSION) throw new TypeError(`its version is not ${VERSION}`)
  const isText = (member: unknown): member is string => typeof member === 'string'
  if (!isText(rootPem) || !isText(intermediatePem) || !isText(intermediateKeyPem))
    throw new TypeError('a part is missing')
  if (!Array.isArray(permitted) || !permitted.every(isText)) throw new TypeError('its names are missing')
  return { permitted, rootPem, intermediatePem, intermediateKeyPem }
}

/** Node's own message shows a part of the text, and there is a key in it. */
function parseJson(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    throw new TypeError('it is not JSON')
  }
}
