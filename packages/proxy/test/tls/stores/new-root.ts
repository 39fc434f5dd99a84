import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority } from '../../../src/tls/authority.js'
import type { Ran, Root, StoreDeps } from '../../../src/tls/stores/store.js'
import { describeRoot } from '../../../src/tls/stores/stores.js'
import { ownFolder } from '../../trust/folder.js'

/** A root in a folder of its own. */
export async function newRoot(): Promise<Root> {
  const { rootPem } = await createAuthority(['corp.test'], Date.now())
  const path = join(ownFolder(), 'root.pem')
  writeFileSync(path, rootPem)
  return describeRoot(rootPem, path)
}

/** An empty home, in which nothing is found but what a test puts there. */
export function newHome(...folders: readonly string[]): string {
  const home = ownFolder()
  for (const folder of folders) mkdirSync(join(home, folder), { recursive: true })
  return home
}

/** Programs that answer what the test says, and what was asked of them. */
export function fakePrograms(answer: (command: string, args: readonly string[]) => Partial<Ran>) {
  const asked: string[] = []
  const run: StoreDeps['run'] = async (command, args) => {
    asked.push([command, ...args].join(' '))
    return { exitCode: 0, stdout: '', stderr: '', ...answer(command, args) }
  }
  return { run, asked }
}
