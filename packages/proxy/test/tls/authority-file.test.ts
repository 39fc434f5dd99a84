import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config.js'
import { createAuthority } from '../../src/tls/authority.js'
import { readAuthority, removeAuthority, writeAuthority } from '../../src/tls/authority-file.js'
import { authorityPaths } from '../../src/tls/paths.js'
import { ownFolder, ownUid } from '../trust/folder.js'

async function setUp() {
  const folder = join(ownFolder(), 'config')
  const record = await createAuthority(['corp.test'], Date.now())
  const authority = await writeAuthority(folder, record)
  return { folder, record, authority, paths: authorityPaths(folder) }
}

async function problemsOf(folder: string, uid = ownUid): Promise<readonly string[]> {
  try {
    await readAuthority(folder, uid)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

/** What stands after the colon, as somebody pastes it. */
function runRepairs(problems: readonly string[]): void {
  for (const problem of problems) execFileSync('sh', ['-c', problem.slice(problem.indexOf(': ') + 2)])
}

describe('an authority on disk', () => {
  it('is read as it was written', async () => {
    const { folder, authority } = await setUp()
    const { issuer: _issuer, covers: _covers, ...expected } = authority
    expect(await readAuthority(folder)).toMatchObject(expected)
  })

  it('is none where nothing is', async () => {
    expect(await readAuthority(ownFolder())).toBeUndefined()
    expect(await readAuthority(join(ownFolder(), 'none'))).toBeUndefined()
    expect(await readAuthority('/dev/null/none')).toBeUndefined()
  })

  it('is private, holds one private key, and that is not the root’s', async () => {
    const { folder, paths, record } = await setUp()
    expect(statSync(paths.folder).mode & 0o777).toBe(0o700)
    expect(statSync(paths.record).mode & 0o777).toBe(0o600)
    expect(readFileSync(paths.root, 'utf8')).toBe(record.rootPem)
    const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)))
    const texts = files.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path, 'utf8'))
    expect(texts.join('').match(/PRIVATE KEY-----\\n/g)).toHaveLength(2)
    expect(readdirSync(paths.folder).sort()).toEqual(['authority.json', 'root.pem'])
  })

  it.each([0o755, 0o750, 0o701, 0o777])(
    'is refused in a folder of mode %o, and the repair repairs it',
    async (mode) => {
      const { folder, paths } = await setUp()
      chmodSync(paths.folder, mode)
      const problems = await problemsOf(folder)
      expect(problems).toEqual([`others may look into ${paths.folder}: chmod 700 '${paths.folder}'`])
      runRepairs(problems)
      expect(await problemsOf(folder)).toEqual([])
    },
  )

  it.each([0o644, 0o640, 0o604, 0o666])('is refused with mode %o, and the repair repairs it', async (mode) => {
    const { folder, paths } = await setUp()
    chmodSync(paths.record, mode)
    const problems = await problemsOf(folder)
    expect(problems).toEqual([`others may read or write ${paths.record}: chmod 600 '${paths.record}'`])
    runRepairs(problems)
    expect(await problemsOf(folder)).toEqual([])
  })

  it('is refused where others may put another folder into its place', async () => {
    const { folder } = await setUp()
    chmodSync(folder, 0o777)
    expect(await problemsOf(folder)).toEqual([`others may write to ${folder}: chmod go-w '${folder}'`])
  })

  it('is refused where somebody else owns it', async () => {
    const { folder, paths } = await setUp()
    const problem = `${paths.folder} belongs to user ${ownUid}: sudo chown ${ownUid + 1} '${paths.folder}'`
    expect(await problemsOf(folder, ownUid + 1)).toEqual([problem])
  })

  it('is refused as a symbolic link, folder or file', async () => {
    const { folder, paths } = await setUp()
    const elsewhere = join(ownFolder(), 'ca')
    renameSync(paths.folder, elsewhere)
    symlinkSync(elsewhere, paths.folder)
    expect(await problemsOf(folder)).toEqual([expect.stringMatching(/ca is a symbolic link: rm /)])
    const { folder: second, paths: own } = await setUp()
    renameSync(own.record, `${own.record}.real`)
    symlinkSync(`${own.record}.real`, own.record)
    const problems = await problemsOf(second)
    expect(problems).toEqual([expect.stringMatching(/authority.json is a symbolic link: cp /)])
    runRepairs(problems)
    expect(await problemsOf(second)).toEqual([])
  })

  it.each([
    ['nothing', ''],
    ['half of it', '{"version":1,"rootPem":"-----BEGIN'],
    ['something else', 'null'],
    ['another version', '{"version":2}'],
    ['no certificates', '{"version":1,"permitted":["a.test"]}'],
    [
      'certificates that are none',
      '{"version":1,"permitted":["a.test"],"rootPem":"a","intermediatePem":"b","intermediateKeyPem":"c"}',
    ],
    [
      'names that are none',
      '{"version":1,"permitted":[1],"rootPem":"a","intermediatePem":"b","intermediateKeyPem":"c"}',
    ],
  ])('is called damaged where there is %s in the file, without a word of what is in it', async (_what, text) => {
    const { folder, paths } = await setUp()
    writeFileSync(paths.record, text)
    const [problem, ...others] = await problemsOf(folder)
    expect(problem).toMatch(/authority.json is damaged \(.*\): iam-auth-proxy ca install makes a new one$/)
    expect(problem).not.toContain('BEGIN')
    expect(others).toEqual([])
  })

  it('is called damaged with other names than its certificates have', async () => {
    const { folder, paths, record } = await setUp()
    writeFileSync(paths.record, JSON.stringify({ version: 1, ...record, permitted: ['corp.test', 'evil.test'] }))
    expect(await problemsOf(folder)).toEqual([expect.stringContaining('the permitted names are not those')])
  })

  it('is not written where others may look', async () => {
    const { folder, paths, record } = await setUp()
    chmodSync(paths.folder, 0o755)
    await expect(writeAuthority(folder, record)).rejects.toThrow(ConfigError)
  })

  it('is removed with all that belongs to it; a link is removed, not what it leads to', async () => {
    const { folder, paths } = await setUp()
    removeAuthority(folder)
    expect(existsSync(paths.folder)).toBe(false)
    removeAuthority(folder)
    const elsewhere = ownFolder()
    mkdirSync(join(elsewhere, 'kept'))
    symlinkSync(elsewhere, paths.folder)
    removeAuthority(folder)
    expect(existsSync(join(elsewhere, 'kept'))).toBe(true)
  })
})
