import { describe, expect, it } from 'vitest'
import type { Ran, Root, StoreDeps } from '../../../src/tls/stores/store.js'
import { findStores } from '../../../src/tls/stores/stores.js'
import { fakePrograms, newRoot } from './new-root.js'

/** What these systems are asked, and what we make of the answers as their manuals show them. No such system has run it. */

function storeOf(platform: NodeJS.Platform, run: StoreDeps['run']) {
  const stores = findStores({ platform, uid: 501, home: '/Users/alice', env: {}, run, runAsRoot: undefined })
  expect(stores).toHaveLength(1)
  return stores[0] as (typeof stores)[number]
}

const KEYCHAIN = '/Users/alice/Library/Keychains/login.keychain-db'
const OTHERS = '0'.repeat(64)

/** As `security find-certificate -a -Z` prints it, shortened. */
function listing(...entries: readonly (readonly [hash: string, label: string])[]): string {
  return entries
    .map(
      ([hash, label]) =>
        `SHA-256 hash: ${hash}\nSHA-1 hash: ${hash.slice(0, 40)}\nkeychain: "${KEYCHAIN}"\nversion: 512\nclass: 0x80001000\n` +
        `attributes:\n    "alis"<blob>="${label}"\n    "labl"<blob>="${label}"\n`,
    )
    .join('')
}

function keychain(
  entries: readonly (readonly [string, string])[],
  others: (args: readonly string[]) => Partial<Ran> = () => ({}),
) {
  return fakePrograms((_command, args) =>
    args[0] === 'find-certificate' ? { stdout: listing(...entries) } : others(args),
  )
}

const entry = ({ sha256, name }: Root) => [sha256, name] as const

describe('the keychain of macOS', () => {
  it('gets the root for TLS alone, after older ones of ours are gone; those of others stay', async () => {
    const [root, old] = [await newRoot(), await newRoot()]
    const { run, asked } = keychain([[OTHERS, 'Company root'], entry(old)])
    expect(await storeOf('darwin', run).install(root, undefined)).toEqual({ kind: 'done' })
    expect(asked).toEqual([
      `security find-certificate -a -Z ${KEYCHAIN}`,
      `security delete-certificate -t -Z ${old.sha256} ${KEYCHAIN}`,
      `security add-trusted-cert -r trustRoot -p ssl -k ${KEYCHAIN} ${root.path}`,
    ])
  })

  it('says whether it is there, and trusted', async () => {
    const [root, old] = [await newRoot(), await newRoot()]
    const looks = (entries: readonly (readonly [string, string])[], verifies = 0) =>
      storeOf('darwin', keychain(entries, () => ({ exitCode: verifies })).run).look(root)
    expect(await looks([[OTHERS, 'Company root']])).toBe('absent')
    expect(await looks([entry(root)])).toBe('installed')
    expect(await looks([entry(root)], 1)).toBe('outdated')
    expect(await looks([entry(old)])).toBe('outdated')
    expect(await looks([entry(old), entry(root)])).toBe('outdated')
  })

  it('fails with the command, where the person says no', async () => {
    const root = await newRoot()
    const { run } = keychain([], () => ({ exitCode: 1, stderr: 'The authorization was denied.\n' }))
    expect(await storeOf('darwin', run).install(root, undefined)).toEqual({
      kind: 'failed',
      reason: 'security says: The authorization was denied.',
      byHand: [`security add-trusted-cert -r trustRoot -p ssl -k ${KEYCHAIN} '${root.path}'`],
    })
  })

  it('loses every root of ours', async () => {
    const roots = [await newRoot(), await newRoot()]
    const { run, asked } = keychain([[OTHERS, 'Company root'], ...roots.map(entry)])
    expect(await storeOf('darwin', run).uninstall(undefined)).toEqual({ kind: 'done' })
    expect(asked.slice(1)).toEqual(roots.map(({ sha256 }) => `security delete-certificate -t -Z ${sha256} ${KEYCHAIN}`))
    expect(await storeOf('darwin', keychain([]).run).uninstall(undefined)).toEqual({ kind: 'unchanged' })
  })
})

describe('the store of Windows', () => {
  /** `-store` finds what is named here. */
  const holding = (...names: readonly string[]) =>
    fakePrograms((_command, args) =>
      args[1] === '-store' && !names.includes(args[3] ?? '') ? { exitCode: -2_146_893_807 } : {},
    )

  it('gets the root of this user, after the last one is gone', async () => {
    const [root, old] = [await newRoot(), await newRoot()]
    const { run, asked } = holding(old.name)
    expect(await storeOf('win32', run).install(root, old)).toEqual({ kind: 'done' })
    expect(asked).toEqual([
      `certutil.exe -user -store Root ${old.name}`,
      `certutil.exe -user -delstore Root ${old.name}`,
      `certutil.exe -user -addstore Root ${root.path}`,
    ])
  })

  it('says whether it is there', async () => {
    const root = await newRoot()
    expect(await storeOf('win32', holding(root.name).run).look(root)).toBe('installed')
    expect(await storeOf('win32', holding().run).look(root)).toBe('absent')
    expect(await storeOf('win32', holding().run).look(undefined)).toBe('unknown')
  })

  it('loses it, where its name is known', async () => {
    const root = await newRoot()
    expect(await storeOf('win32', holding(root.name).run).uninstall(root)).toEqual({ kind: 'done' })
    expect(await storeOf('win32', holding().run).uninstall(root)).toEqual({ kind: 'unchanged' })
    expect(await storeOf('win32', holding().run).uninstall(undefined)).toEqual({ kind: 'unchanged' })
  })
})
