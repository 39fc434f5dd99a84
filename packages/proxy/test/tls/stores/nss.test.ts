import { execFileSync } from 'node:child_process'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findProgram, isMissing } from '../../../../../test/support/programs.js'
import { createRun } from '../../../src/commands/ca-programs.js'
import { createNssStores } from '../../../src/tls/stores/nss.js'
import { findNssDatabases } from '../../../src/tls/stores/nss-databases.js'
import type { StoreDeps } from '../../../src/tls/stores/store.js'
import { fakePrograms, newHome, newRoot } from './new-root.js'

const certutil = findProgram('certutil')
const program = certutil ?? ''

function depsFor(home: string, run: StoreDeps['run'] = createRun(process.env, 'linux')): StoreDeps {
  return { platform: 'linux', uid: 1000, home, env: {}, run, runAsRoot: undefined }
}

/** A database as a browser makes it. */
function makeDatabase(home: string, path: string, password?: string): string {
  const folder = join(home, path)
  mkdirSync(folder, { recursive: true })
  const secret = join(home, 'password')
  writeFileSync(secret, `${password ?? ''}\n`)
  const how = password === undefined ? ['--empty-password'] : ['-f', secret]
  execFileSync(program, ['-N', '-d', `sql:${folder}`, ...how])
  return folder
}

function listed(folder: string): string {
  return execFileSync(program, ['-L', '-d', `sql:${folder}`], { encoding: 'utf8' })
}

describe('databases of browsers', () => {
  const touch = (home: string, ...paths: readonly string[]) => {
    for (const path of paths) {
      mkdirSync(join(home, path), { recursive: true })
      writeFileSync(join(home, path, 'cert9.db'), '')
    }
  }
  const found = (home: string, env = {}) =>
    findNssDatabases(home, env).map(({ folder, exists }) => `${folder.slice(home.length + 1)}${exists ? '' : ' (new)'}`)

  it('are where Chromium would make its own, where there is none', () => {
    expect(found(newHome())).toEqual(['.local/share/pki/nssdb (new)'])
    expect(found(newHome('.pki/nssdb'))).toEqual(['.pki/nssdb (new)'])
    const home = newHome()
    expect(found(home, { XDG_DATA_HOME: join(home, 'data') })).toEqual(['data/pki/nssdb (new)'])
    expect(found(home, { XDG_DATA_HOME: 'relative' })).toEqual(['.local/share/pki/nssdb (new)'])
  })

  it('are found in all places, and profiles without one are left alone', () => {
    const home = newHome('.mozilla/firefox/Crash Reports', 'snap/firefox/current')
    const all = [
      '.pki/nssdb',
      '.local/share/pki/nssdb',
      'snap/chromium/current/.pki/nssdb',
      '.var/app/org.chromium.Chromium/data/pki/nssdb',
      '.mozilla/firefox/a.default',
      '.mozilla/firefox/b.work',
      '.config/mozilla/firefox/c.default',
      'snap/firefox/common/.mozilla/firefox/d.default',
      '.var/app/org.mozilla.firefox/.mozilla/firefox/e.default',
      '.local/share/iam-auth-proxy/browsers/firefox',
      'snap/firefox/common/iam-auth-proxy',
    ]
    touch(home, ...all)
    expect(found(home)).toEqual(all)
  })
})

describe.skipIf(isMissing(certutil, 'certutil (libnss3-tools)'))('a database, through the real certutil', () => {
  it('is made, gets the root for servers only, and loses it', async () => {
    const home = newHome()
    const [store] = createNssStores(depsFor(home))
    const root = await newRoot()
    expect(await store?.look(root)).toBe('absent')
    expect(await store?.install(root, undefined)).toEqual({ kind: 'done' })
    const folder = join(home, '.local/share/pki/nssdb')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(listed(folder)).toMatch(new RegExp(`^${root.name}\\s+C,,\\s*$`, 'm'))
    const [again] = createNssStores(depsFor(home))
    expect(await again?.look(root)).toBe('installed')
    expect(await again?.uninstall(root)).toEqual({ kind: 'done' })
    expect(listed(folder)).not.toContain(root.name)
    expect(await again?.look(root)).toBe('absent')
    expect(await again?.uninstall(root)).toEqual({ kind: 'unchanged' })
  })

  it('has never more than one root of ours, and keeps those of others', async () => {
    const home = newHome()
    const folder = makeDatabase(home, '.mozilla/firefox/a.default')
    const company = await newRoot()
    execFileSync(program, ['-A', '-d', `sql:${folder}`, '-t', 'C,,', '-n', 'Company root', '-i', company.path])
    const store = createNssStores(depsFor(home)).find(({ audience }) => audience === 'Firefox')
    const [first, second] = [await newRoot(), await newRoot()]
    await store?.install(first, undefined)
    expect(await store?.look(second)).toBe('outdated')
    expect(await store?.look(undefined)).toBe('outdated')
    await store?.install(second, undefined)
    expect(listed(folder)).not.toContain(first.name)
    expect(await store?.look(second)).toBe('installed')
    expect(await store?.uninstall(undefined)).toEqual({ kind: 'done' })
    expect(listed(folder)).toContain('Company root')
    expect(listed(folder)).not.toContain('iam-auth-proxy')
  })

  it('is not called installed where somebody has taken the trust away, or put another certificate there', async () => {
    const home = newHome()
    const folder = makeDatabase(home, '.pki/nssdb')
    const [store] = createNssStores(depsFor(home))
    const [root, other] = [await newRoot(), await newRoot()]
    await store?.install(root, undefined)
    execFileSync(program, ['-M', '-d', `sql:${folder}`, '-t', ',,', '-n', root.name])
    expect(await store?.look(root)).toBe('outdated')
    expect(await store?.look({ ...root, pem: other.pem })).toBe('outdated')
  })

  it('with a password is left as it was, at once, with the command that asks for it', async () => {
    const home = newHome()
    const folder = makeDatabase(home, '.pki/nssdb', 'correct horse')
    const [store] = createNssStores(depsFor(home))
    const root = await newRoot()
    const outcome = await store?.install(root, undefined)
    expect(outcome).toEqual({
      kind: 'failed',
      reason: 'it has a password, which certutil asks you for',
      byHand: [`certutil -A -t 'C,,' -n '${root.name}' -i '${root.path}' -d 'sql:${folder}'`],
    })
    expect(listed(folder)).not.toContain(root.name)
  })

  it('that is broken fails with what certutil says', async () => {
    const home = newHome('.pki/nssdb')
    writeFileSync(join(home, '.pki/nssdb/cert9.db'), 'no database')
    const [store] = createNssStores(depsFor(home))
    const root = await newRoot()
    expect(await store?.look(root)).toBe('unknown')
    expect(await store?.install(root, undefined)).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('certutil says: certutil: '),
    })
  })
})

describe('a database without certutil', () => {
  it('fails with the package that has it', async () => {
    const { run } = fakePrograms(() => ({ exitCode: 127 }))
    const [store] = createNssStores(depsFor(newHome(), run))
    const root = await newRoot()
    expect(await store?.install(root, undefined)).toEqual({
      kind: 'failed',
      reason: expect.stringContaining('Fedora: nss-tools'),
      byHand: ['sudo apt-get install libnss3-tools'],
    })
    expect(await store?.uninstall(root)).toEqual({ kind: 'unchanged' })
  })
})
