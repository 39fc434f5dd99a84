import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError } from '../config/config.js'
import { formatCommand } from './shell.js'

/** Whose file it is: the user's own, which is private, or an administrator's. */
export interface Owner {
  readonly kind: 'user' | 'system'
  /** Who must own file and folder; undefined where the system has no such numbers. */
  readonly uid: number | undefined
}

const LIMIT_BYTES = 1024 * 1024
/** Windows has neither flag. Not blocking: a FIFO would keep us waiting for its writer. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * The text of a file that decides what is trusted; undefined where there is none. What is checked is the open file itself,
 * so nobody can exchange it in between.
 *
 * @throws ConfigError with a problem for each reason to think that somebody else wrote it, and the command that repairs it
 */
export function readGuardedFile(path: string, owner: Owner): string | undefined {
  const folder = statFolder(dirname(path))
  if (folder === undefined) return undefined
  const descriptor = open(path, owner)
  if (descriptor === undefined) return undefined
  try {
    const file = fstatSync(descriptor)
    const problems = [...folderProblems(dirname(path), folder, owner), ...fileProblems(path, file, owner)]
    if (problems.length > 0) throw new ConfigError(problems)
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

/** The same for the folder alone: before something is written into it. @throws ConfigError */
export function requireSafeFolder(path: string, owner: Owner): void {
  const problems = folderProblems(path, statSync(path), owner)
  if (problems.length > 0) throw new ConfigError(problems)
}

/** A home of `/dev/null`, which services have, is none. */
function statFolder(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new ConfigError([`${path} cannot be looked at (${message}): name another folder with --config-dir`])
  }
}

function open(path: string, owner: Owner): number | undefined {
  try {
    return openSync(path, OPEN_FLAGS)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (code === 'ELOOP') throw new ConfigError([`${path} is a symbolic link: ${replacingLink(path, owner)}`])
    if (code === 'EACCES') throw new ConfigError([`${path} cannot be read by you: ${openingUp(path, owner)}`])
    throw new ConfigError([`${path} cannot be read: ${message}`])
  }
}

function folderProblems(path: string, { uid, mode }: Stats, owner: Owner): string[] {
  if (owner.uid === undefined) return []
  // Who may write the folder may put another file into the place of ours.
  const writable = mode & 0o022 ? [`others may write to ${path}: ${repair(owner, 'chmod', 'go-w', path)}`] : []
  return [...foreign(path, uid, owner), ...writable]
}

function fileProblems(path: string, file: Stats, owner: Owner): string[] {
  if (!file.isFile()) return [`${path} is not a file`]
  if (file.size > LIMIT_BYTES) return [`${path} has more than ${LIMIT_BYTES} bytes`]
  if (owner.uid === undefined) return []
  const { forbidden, what, wanted } = MODES[owner.kind]
  const open = file.mode & forbidden ? [`others may ${what} ${path}: ${repair(owner, 'chmod', wanted, path)}`] : []
  return [...foreign(path, file.uid, owner), ...open]
}

/** A user's file is nobody else's business; an administrator's is everybody's to read. */
const MODES = {
  user: { forbidden: 0o077, what: 'read or write', wanted: '600', folder: '700' },
  system: { forbidden: 0o022, what: 'write', wanted: '644', folder: '755' },
} as const

function foreign(path: string, uid: number, owner: Owner): string[] {
  if (uid === owner.uid) return []
  return [`${path} belongs to user ${uid}: ${formatCommand('sudo', 'chown', String(owner.uid), path)}`]
}

/** The link is replaced by what it leads to; one that leads nowhere is removed. */
function replacingLink(path: string, owner: Owner): string {
  if (!existsSync(path)) return repair(owner, 'rm', path)
  const copy = `${path}.copy`
  const { wanted } = MODES[owner.kind]
  return [
    ['cp', path, copy],
    ['mv', copy, path],
    ['chmod', wanted, path],
  ]
    .map((words) => repair(owner, ...words))
    .join(' && ')
}

function openingUp(path: string, owner: Owner): string {
  const { folder, wanted } = MODES[owner.kind]
  return `${repair(owner, 'chmod', folder, dirname(path))} && ${repair(owner, 'chmod', wanted, path)}`
}

function repair({ kind }: Owner, ...words: readonly string[]): string {
  return formatCommand(...(kind === 'system' ? ['sudo', ...words] : words))
}
