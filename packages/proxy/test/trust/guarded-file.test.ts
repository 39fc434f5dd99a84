import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config.js'
import { type Owner, readGuardedFile } from '../../src/trust/guarded-file.js'
import { formatCommand } from '../../src/trust/shell.js'
import { ownFolder, ownUid } from './folder.js'

const user: Owner = { kind: 'user', uid: ownUid }
/** An administrator, who for these tests is whoever runs them. */
const system: Owner = { kind: 'system', uid: ownUid }

function write(mode: number, folderMode = 0o700): string {
  const folder = join(ownFolder(), 'config')
  mkdirSync(folder)
  chmodSync(folder, folderMode)
  const path = join(folder, 'trust.json')
  writeFileSync(path, 'text')
  chmodSync(path, mode)
  return path
}

function problemsOf(path: string, owner: Owner): readonly string[] {
  try {
    readGuardedFile(path, owner)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const NOBODY = 65_534

/** Root may read everything, so where root runs the tests this runs as somebody else, who owns the file and its folders. */
function asOrdinaryUser<T>(path: string, run: (owner: Owner) => T): T {
  if (ownUid !== 0) return run(user)
  for (const part of [path, join(path, '..'), join(path, '..', '..')]) chownSync(part, NOBODY, NOBODY)
  process.seteuid?.(NOBODY)
  try {
    return run({ kind: 'user', uid: NOBODY })
  } finally {
    process.seteuid?.(0)
  }
}

/** What stands after the colon, as somebody pastes it. */
function runRepairs(problems: readonly string[]): void {
  for (const problem of problems) {
    execFileSync('sh', ['-c', problem.slice(problem.indexOf(': ') + 2).replaceAll('sudo ', '')])
  }
}

describe('a file of the user', () => {
  it('is read where it is private, and may be missing, with or without its folder', () => {
    const path = write(0o600)
    expect(readGuardedFile(path, user)).toBe('text')
    expect(readGuardedFile(`${path}.none`, user)).toBeUndefined()
    expect(readGuardedFile(join(path, '..', 'none', 'trust.json'), user)).toBeUndefined()
    expect(readGuardedFile('/dev/null/.config/trust.json', user)).toBeUndefined()
  })

  it.each([0o640, 0o604, 0o660, 0o602, 0o666, 0o644])('is refused with mode %o, and the repair repairs it', (mode) => {
    const path = write(mode)
    const problems = problemsOf(path, user)
    expect(problems).toEqual([`others may read or write ${path}: chmod 600 '${path}'`])
    runRepairs(problems)
    expect(readGuardedFile(path, user)).toBe('text')
  })

  it.each([0o770, 0o702, 0o777])('is refused in a folder of mode %o, and the repair repairs it', (mode) => {
    const path = write(0o600, mode)
    const problems = problemsOf(path, user)
    expect(problems).toEqual([expect.stringMatching(/^others may write to .*config: chmod go-w '/)])
    runRepairs(problems)
    expect(readGuardedFile(path, user)).toBe('text')
  })

  it('is refused where somebody else owns it, or its folder', () => {
    const path = write(0o600)
    const stranger = { kind: 'user', uid: ownUid + 1 } as const
    expect(problemsOf(path, stranger)).toEqual([
      expect.stringMatching(new RegExp(`config belongs to user ${ownUid}: sudo chown ${ownUid + 1} '.*config'$`)),
      expect.stringMatching(new RegExp(`trust.json belongs to user ${ownUid}: sudo chown ${ownUid + 1} '.*json'$`)),
    ])
  })

  it('is refused as a symbolic link, and the repair leaves what it led to', () => {
    const target = write(0o600)
    const path = join(ownFolder(), 'trust.json')
    symlinkSync(target, path)
    const problems = problemsOf(path, user)
    expect(problems).toEqual([expect.stringMatching(/is a symbolic link: cp .* && mv .* && chmod 600 /)])
    runRepairs(problems)
    expect(readGuardedFile(path, user)).toBe('text')
    expect(readGuardedFile(target, user)).toBe('text')
  })

  it('is refused as a link that leads nowhere, and the repair removes it', () => {
    const path = join(ownFolder(), 'trust.json')
    symlinkSync('/nonexistent/trust.json', path)
    runRepairs(problemsOf(path, user))
    expect(readGuardedFile(path, user)).toBeUndefined()
  })

  it('is refused as a FIFO without waiting for its writer, as a folder, and where it is huge', () => {
    const fifo = join(ownFolder(), 'trust.json')
    execFileSync('sh', ['-c', `mkfifo -m 600 ${formatCommand(fifo)}`])
    expect(problemsOf(fifo, user)).toEqual([`${fifo} is not a file`])
    const folder = join(ownFolder(), 'trust.json')
    mkdirSync(folder)
    expect(problemsOf(folder, user)).toEqual([`${folder} is not a file`])
    const huge = write(0o600)
    writeFileSync(huge, 'x'.repeat(1024 * 1024 + 1))
    expect(problemsOf(huge, user)).toEqual([expect.stringContaining('has more than')])
  })

  it('says all that is wrong at once', () => {
    expect(problemsOf(write(0o666, 0o777), user)).toHaveLength(2)
  })

  it('in a folder that nobody may look into is refused: it may pin something', () => {
    const path = write(0o600)
    const problems = asOrdinaryUser(path, (owner) => {
      chmodSync(join(path, '..', '..'), 0o000)
      try {
        return problemsOf(path, owner)
      } finally {
        chmodSync(join(path, '..', '..'), 0o700)
      }
    })
    expect(problems).toEqual([expect.stringContaining('--config-dir')])
  })

  it('that its owner cannot read either is refused with what repairs it', () => {
    const path = write(0o000)
    asOrdinaryUser(path, (owner) => {
      runRepairs(problemsOf(path, owner))
      expect(readGuardedFile(path, owner)).toBe('text')
    })
  })
})

describe('a file of an administrator', () => {
  it.each([0o644, 0o600, 0o444])('is read with mode %o', (mode) => {
    expect(readGuardedFile(write(mode, 0o755), system)).toBe('text')
  })

  it.each([0o664, 0o646, 0o666])('is refused with mode %o, and the repair repairs it', (mode) => {
    const path = write(mode, 0o755)
    const problems = problemsOf(path, system)
    expect(problems).toEqual([`others may write ${path}: sudo chmod 644 '${path}'`])
    runRepairs(problems)
    expect(readGuardedFile(path, system)).toBe('text')
  })

  it('is refused where it, or its folder, is not root’s, or others may write to the folder', () => {
    const problems = problemsOf(write(0o644, 0o757), { kind: 'system', uid: ownUid + 1 })
    expect(problems).toEqual([
      expect.stringContaining(`sudo chown ${ownUid + 1} `),
      expect.stringContaining('sudo chmod go-w '),
      expect.stringContaining(`sudo chown ${ownUid + 1} `),
    ])
  })
})

it('looks at no modes and owners where the system has none', () => {
  expect(readGuardedFile(write(0o666, 0o777), { kind: 'user', uid: undefined })).toBe('text')
})
