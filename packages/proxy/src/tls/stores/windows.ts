import { lastLine, type Outcome, type Ran, type Root, type StoreDeps, type TrustStore } from './store.js'

/** Windows' `certutil`, the user's own store: Edge, Chrome and, since version 120, Firefox look there. Windows asks in a window. */
export function createWindowsStore({ run }: StoreDeps): TrustStore {
  const certutil = (...args: readonly string[]) => run('certutil.exe', ['-user', ...args])
  const isThere = async ({ name }: Root) => (await certutil('-store', 'Root', name)).exitCode === 0
  return {
    audience: 'Windows',
    place: 'the user’s trusted root certificates',
    look: async (root) => (root === undefined ? 'unknown' : (await isThere(root)) ? 'installed' : 'absent'),
    async install(root, previous) {
      if (previous !== undefined && (await isThere(previous))) await certutil('-delstore', 'Root', previous.name)
      return outcome(await certutil('-addstore', 'Root', root.path), ['-addstore', 'Root', root.path])
    },
    async uninstall(root) {
      // Without a name there is nothing to look for: the list is in the user's language, for people to read.
      if (root === undefined || !(await isThere(root))) return { kind: 'unchanged' }
      return outcome(await certutil('-delstore', 'Root', root.name), ['-delstore', 'Root', root.name])
    },
  }
}

function outcome(ran: Ran, words: readonly string[]): Outcome {
  if (ran.exitCode === 0) return { kind: 'done' }
  const byHand = [
    ['certutil', '-user', ...words.map((word) => (/[^\w:\\.-]/.test(word) ? `"${word}"` : word))].join(' '),
  ]
  return { kind: 'failed', reason: `certutil says: ${lastLine(ran)}`, byHand }
}
