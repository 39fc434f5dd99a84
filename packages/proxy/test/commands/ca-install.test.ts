import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { installCa } from '../../src/commands/ca-install.js'
import type { CaInstallFlags } from '../../src/commands/ca-plan.js'
import { showCaStatus } from '../../src/commands/ca-status.js'
import { uninstallCa } from '../../src/commands/ca-uninstall.js'
import { CommandFailure } from '../../src/commands/failure.js'
import { ConfigError } from '../../src/config/config.js'
import { NoTerminalError } from '../../src/prompt/terminal.js'
import { readAuthority } from '../../src/tls/authority-file.js'
import { authorityEnvironment } from '../../src/tls/environment.js'
import { authorityPaths } from '../../src/tls/paths.js'
import type { Outcome, Root, TrustStore } from '../../src/tls/stores/store.js'
import { ownFolder, ownUid } from '../trust/folder.js'

const DAY_MS = 86_400_000
const REFUSES: Outcome = { kind: 'failed', reason: 'only root may change it', byHand: ['sudo install it'] }

/** A store in memory. */
function fakeStore(audience: string, refuses?: Outcome) {
  const own: { root?: Root | undefined } = {}
  const store: TrustStore = {
    audience,
    place: `/${audience}`,
    look: async (root) =>
      own.root === undefined ? 'absent' : own.root.sha256 === root?.sha256 ? 'installed' : 'outdated',
    async install(root) {
      if (refuses !== undefined) return refuses
      own.root = root
      return { kind: 'done' }
    },
    async uninstall() {
      if (own.root === undefined) return { kind: 'unchanged' }
      if (refuses !== undefined) return refuses
      own.root = undefined
      return { kind: 'done' }
    },
  }
  return { store, own }
}

/** TypeScript remembers what was assigned here, not what a command has done since. */
const rootOf = (own: { root?: Root | undefined }): Root | undefined => own.root

interface Options {
  /** What is typed; undefined where there is no terminal. */
  readonly answer?: string
  readonly stores?: readonly TrustStore[]
  readonly trusted?: string[]
}

function setUp({ answer, stores = [fakeStore('browser').store], trusted = ['https://wiki.corp.test'] }: Options = {}) {
  const configFolder = join(ownFolder(), 'config')
  let now = Date.now()
  let printed = ''
  const shown: string[] = []
  const common = {
    ...{ configFolder, uid: ownUid, platform: 'linux' as const, stores, trusted, now: () => now },
    print: (text: string) => {
      printed += text
    },
  } as const
  const openTerminal = async () => {
    if (answer === undefined) throw new NoTerminalError('none')
    const ask = async (question: string) => {
      shown.push(question)
      return answer
    }
    return { write: (text: string) => void shown.push(text), ask, close: () => void shown.push('closed') }
  }
  const environment = () => authorityEnvironment(configFolder)
  return {
    configFolder,
    trusted,
    pass: (ms: number) => {
      now += ms
    },
    install: (flags: CaInstallFlags = { yes: true }) =>
      installCa(flags, { ...common, openTerminal, findStores: () => stores, environment }),
    status: () => showCaStatus(common),
    json: () => showCaStatus(common, true),
    uninstall: () => uninstallCa(common),
    authority: () => readAuthority(configFolder),
    /** What was printed since the last time. */
    printed: () => {
      const text = printed
      printed = ''
      return text
    },
    shown: () => shown.join(''),
  }
}

describe('ca install', () => {
  it('shows what it may speak for and where it goes, asks, and prints what it did and what programs need', async () => {
    const { install, authority, shown, printed, configFolder } = setUp({ answer: 'y' })
    await install({ host: ['team.test'] })
    expect((await authority())?.permitted).toEqual(['team.test', 'wiki.corp.test'])
    expect(shown()).toMatch(/\n\n {2}team\.test\n {2}wiki\.corp\.test\n\nand for no others/)
    expect(shown()).toMatch(/ {2}browser {2}\/browser\n\nInstall it\? \[y\/N\] closed$/)
    const said = printed()
    expect(said).toMatch(/^A certificate authority for team\.test, wiki\.corp\.test, valid until \d{4}-\d\d-\d\d:\n/)
    expect(said).toContain('  installed  browser  /browser\n')
    expect(said).toContain('A host beyond these names needs ca install again')
    expect(said).toContain(`  export NODE_EXTRA_CA_CERTS='${authorityPaths(configFolder).root}'\n`)
    expect(said).toContain('keytool -importcert')
  })

  it.each(['', 'n', 'no', 'yeah'])('changes nothing for the answer %j', async (answer) => {
    const { store, own } = fakeStore('browser')
    const { install, configFolder } = setUp({ answer, stores: [store] })
    await expect(install({})).rejects.toThrow(new CommandFailure('nothing was changed'))
    expect(existsSync(configFolder)).toBe(false)
    expect(own.root).toBeUndefined()
  })

  it('changes nothing where nobody can be asked', async () => {
    const { install, configFolder } = setUp()
    await expect(install({})).rejects.toThrow('pass --yes')
    expect(existsSync(configFolder)).toBe(false)
  })

  it('has nothing to do the second time, and does not ask', async () => {
    const { install, authority, printed } = setUp()
    await install()
    const before = await authority()
    printed()
    await install()
    expect(printed()).toMatch(/^Nothing to do: the authority for wiki\.corp\.test is valid until/)
    expect((await authority())?.fingerprint).toBe(before?.fingerprint)
  })

  it('puts the one that is there into a store that has lost it', async () => {
    const { store, own } = fakeStore('browser')
    const { install, authority } = setUp({ stores: [store, fakeStore('other').store] })
    await install()
    const before = await authority()
    own.root = undefined
    await install()
    expect((await authority())?.fingerprint).toBe(before?.fingerprint)
    expect(rootOf(own)?.sha256).toBe(before?.fingerprint.replaceAll(':', ''))
  })

  it('makes a new one for a new host, keeps the names of before, and replaces the old one in stores', async () => {
    const { store, own } = fakeStore('browser')
    const { install, authority, trusted } = setUp({ stores: [store] })
    await install({ yes: true, host: ['team.test'] })
    const before = await authority()
    trusted.push('https://new.example.test')
    await install()
    const after = await authority()
    expect(after?.permitted).toEqual(['new.example.test', 'team.test', 'wiki.corp.test'])
    expect(after?.fingerprint).not.toBe(before?.fingerprint)
    expect(rootOf(own)?.sha256).toBe(after?.fingerprint.replaceAll(':', ''))
  })

  it('makes a new one in the last 60 days, and not before', async () => {
    const { install, authority, pass } = setUp()
    await install()
    const first = (await authority())?.fingerprint
    pass(669 * DAY_MS)
    await install()
    expect((await authority())?.fingerprint).toBe(first)
    pass(2 * DAY_MS)
    await install()
    expect((await authority())?.fingerprint).not.toBe(first)
  })

  it('replaces a damaged one, and refuses one that others may have read', async () => {
    const { install, authority, configFolder } = setUp()
    await install()
    const { record } = authorityPaths(configFolder)
    writeFileSync(record, 'damaged')
    await install()
    expect((await authority())?.permitted).toEqual(['wiki.corp.test'])
    chmodSync(record, 0o644)
    await expect(install()).rejects.toThrow(ConfigError)
  })

  it('says what is to be done by hand, and fails where no store has it', async () => {
    const { install, printed } = setUp({ stores: [fakeStore('system', REFUSES).store, fakeStore('browser').store] })
    await install()
    expect(printed()).toContain(
      '  NOT DONE   system   /system\n             only root may change it. By hand:\n               sudo install it\n',
    )
    await expect(setUp({ stores: [fakeStore('system', REFUSES).store] }).install()).rejects.toThrow('no store has it')
  })
})

describe('ca status', () => {
  it('says names, until when, fingerprint, each store, and trusted hosts that are not covered', async () => {
    const { install, status, authority, printed, trusted } = setUp({
      stores: [fakeStore('system', REFUSES).store, fakeStore('browser').store],
    })
    await install()
    printed()
    trusted.push('https://new.example.test')
    await status()
    const said = printed()
    expect(said).toContain('names        wiki.corp.test, and what is below them\n')
    expect(said).toContain((await authority())?.fingerprint)
    expect(said).toMatch(/ {2}system {3}no {9}\/system\n {2}browser {2}installed {2}\/browser\n/)
    expect(said).toContain('not among its names (ca install adds them): https://new.example.test\n')
  })

  it('fails where there is none, it is in no store, or has expired', async () => {
    const { store, own } = fakeStore('browser')
    const { install, status, pass, printed } = setUp({ stores: [store] })
    await expect(status()).rejects.toThrow('To make one: iam-auth-proxy ca install')
    await install()
    await status()
    pass(731 * DAY_MS)
    await expect(status()).rejects.toThrow('it has expired')
    expect(printed()).toContain('EXPIRED')
    pass(-731 * DAY_MS)
    own.root = undefined
    await expect(status()).rejects.toThrow('no store has it')
  })

  it('as JSON says the same at every stage, and ends alike', async () => {
    const { store, own } = fakeStore('browser')
    const { install, json, authority, pass, printed, trusted, configFolder } = setUp({ stores: [store] })
    const said = () => JSON.parse(printed())
    await expect(json()).rejects.toThrow(CommandFailure)
    expect(said()).toEqual({
      ...{ state: 'none', problems: [], names: [], expiresAt: null, sha256: null, root: null, uncovered: [] },
      ...{ stores: [{ audience: 'browser', place: '/browser', state: 'absent' }], todo: 'iam-auth-proxy ca install' },
    })
    await install()
    printed()
    await json()
    const { fingerprint: sha256, expiresAt } = (await authority()) ?? {}
    const installed = {
      ...{ state: 'installed', problems: [], names: ['wiki.corp.test'], sha256, uncovered: [], todo: null },
      ...{ root: authorityPaths(configFolder).root, expiresAt: new Date(expiresAt ?? 0).toISOString() },
      stores: [{ audience: 'browser', place: '/browser', state: 'installed' }],
    }
    expect(said()).toEqual(installed)
    trusted.push('https://new.example.test')
    await json()
    expect(said()).toMatchObject({ uncovered: ['https://new.example.test'], todo: 'iam-auth-proxy ca install' })
    pass(731 * DAY_MS)
    await expect(json()).rejects.toThrow('it has expired')
    expect(said()).toMatchObject({ state: 'expired' })
    pass(-731 * DAY_MS)
    own.root = undefined
    await expect(json()).rejects.toThrow('no store has it')
    expect(said()).toMatchObject({ state: 'in-no-store' })
    chmodSync(authorityPaths(configFolder).folder, 0o755)
    await expect(json()).rejects.toThrow(ConfigError)
    expect(said()).toMatchObject({ state: 'unusable', problems: [expect.stringContaining('chmod 700')] })
  })

  it('names stores with a root whose files are gone', async () => {
    const { install, status, printed, configFolder } = setUp()
    await install()
    printed()
    rmSync(configFolder, { recursive: true })
    await expect(status()).rejects.toThrow(CommandFailure)
    expect(printed()).toMatch(/^Left over from an older one \(ca uninstall removes it\):\n {2}browser /)
  })
})

describe('ca uninstall', () => {
  it('takes it out of stores, removes the files, and says so', async () => {
    const { store, own } = fakeStore('browser')
    const { install, uninstall, configFolder, printed } = setUp({ stores: [store, fakeStore('other').store] })
    await install()
    printed()
    await uninstall()
    expect(own.root).toBeUndefined()
    expect(existsSync(authorityPaths(configFolder).folder)).toBe(false)
    expect(printed()).toMatch(/^ {2}removed {8}browser {2}\/browser\n(?:.*\n)+Its files are removed: /)
    await uninstall()
    expect(printed()).toBe('Nothing to do: no certificate authority is installed.\n')
  })

  it('works on a damaged one', async () => {
    const { store, own } = fakeStore('browser')
    const { install, uninstall, configFolder } = setUp({ stores: [store] })
    await install()
    writeFileSync(authorityPaths(configFolder).record, 'damaged')
    chmodSync(authorityPaths(configFolder).folder, 0o755)
    await uninstall()
    expect(own.root).toBeUndefined()
  })

  it('fails where a store still has it, with what to do', async () => {
    const { store, own } = fakeStore('system', REFUSES)
    const { install, uninstall, printed } = setUp({ stores: [store, fakeStore('browser').store] })
    await install()
    own.root = { path: '', pem: '', name: '', sha256: '' }
    await expect(uninstall()).rejects.toThrow('it is still in one store: see above')
    expect(printed()).toContain('sudo install it')
  })
})
