import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findProgram, isMissing } from '../../../../../test/support/programs.js'
import { createRun } from '../../../src/commands/ca-programs.js'
import { createLinuxSystemStore } from '../../../src/tls/stores/linux-system.js'
import type { StoreDeps, SystemAnchors } from '../../../src/tls/stores/store.js'
import { ownFolder } from '../../trust/folder.js'
import { fakePrograms, newRoot } from './new-root.js'

/** Debian's, in folders of the test: nothing of this machine's store is touched. */
function temporaryAnchors(): SystemAnchors {
  const base = ownFolder()
  const [local, etc, hooks] = ['local', 'etc', 'hooks'].map((name) => join(base, name)) as [string, string, string]
  for (const folder of [local, etc, hooks]) mkdirSync(folder)
  const folders = ['--localcertsdir', local, '--etccertsdir', etc, '--hooksdir', hooks]
  return {
    folder: local,
    suffix: '.crt',
    refresh: ['update-ca-certificates', ...folders],
    bundle: join(etc, 'ca-certificates.crt'),
  }
}

function storeWith(deps: Partial<StoreDeps>) {
  const run = createRun(process.env, 'linux')
  const [store] = createLinuxSystemStore({
    ...{ platform: 'linux', uid: 0, home: '/nonexistent', env: {}, run, runAsRoot: undefined },
    ...deps,
  })
  if (store === undefined) throw new Error('no store was found')
  return store
}

const program = findProgram('update-ca-certificates')

describe.skipIf(isMissing(program, 'update-ca-certificates'))(
  'the store of the system, through the real program',
  () => {
    it('gets the root, another in its place, and loses it', async () => {
      const anchors = temporaryAnchors()
      const store = storeWith({ systemAnchors: anchors })
      const [first, second] = [await newRoot(), await newRoot()]
      const bundle = () => readFileSync(anchors.bundle, 'utf8')
      expect(await store.look(first)).toBe('absent')
      expect(await store.install(first, undefined)).toEqual({ kind: 'done' })
      expect(await store.look(first)).toBe('installed')
      expect(bundle()).toContain(first.pem)
      expect(await store.look(second)).toBe('outdated')
      expect(await store.install(second, first)).toEqual({ kind: 'done' })
      expect(bundle()).toContain(second.pem)
      expect(bundle()).not.toContain(first.pem)
      expect(await store.uninstall(second)).toEqual({ kind: 'done' })
      expect(bundle()).not.toContain(second.pem)
      expect(readdirSync(anchors.folder)).toEqual([])
      expect(await store.uninstall(undefined)).toEqual({ kind: 'unchanged' })
    })
  },
)

describe('the store of the system', () => {
  const anchors = {
    folder: '/anchors',
    suffix: '.pem',
    refresh: ['update-ca-trust', 'extract'],
    bundle: '/nonexistent',
  }

  it('is told of the file of this user, as root', async () => {
    const { run, asked } = fakePrograms(() => ({}))
    const root = await newRoot()
    expect(await storeWith({ systemAnchors: anchors, run }).install(root, undefined)).toEqual({ kind: 'done' })
    expect(asked).toEqual([`install -m 644 ${root.path} /anchors/iam-auth-proxy-0.pem`, 'update-ca-trust extract'])
  })

  it('is not touched without root, and the commands are given', async () => {
    const { run, asked } = fakePrograms(() => ({}))
    const root = await newRoot()
    const store = storeWith({ systemAnchors: anchors, run, uid: 1000 })
    expect(await store.install(root, undefined)).toEqual({
      kind: 'failed',
      reason: 'only root may change it',
      byHand: [`sudo install -m 644 '${root.path}' /anchors/iam-auth-proxy-1000.pem`, 'sudo update-ca-trust extract'],
    })
    expect(asked).toEqual([])
  })

  it.each([true, false])('is changed by who says yes to sudo, and not by who says no: %s', async (answer) => {
    const wanted: string[] = []
    const runAsRoot = async (commands: readonly (readonly string[])[]) => {
      wanted.push(...commands.map((words) => words.join(' ')))
      return answer
    }
    const root = await newRoot()
    const outcome = await storeWith({ systemAnchors: anchors, uid: 1000, runAsRoot }).install(root, undefined)
    expect(outcome.kind).toBe(answer ? 'done' : 'failed')
    expect(wanted).toHaveLength(2)
  })

  it('says what failed, and stops there', async () => {
    const { run, asked } = fakePrograms(() => ({ exitCode: 1, stderr: 'one\nread-only file system\n' }))
    const outcome = await storeWith({ systemAnchors: anchors, run }).install(await newRoot(), undefined)
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'install says: read-only file system' })
    expect(asked).toHaveLength(1)
  })
})
