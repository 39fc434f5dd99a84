import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatCommand } from '../../trust/shell.js'
import { lastLine, type Outcome, type StoreDeps, type SystemAnchors, type TrustStore } from './store.js'

/** By the folder that is there. SUSE has update-ca-certificates too, but another folder. */
const KNOWN: readonly SystemAnchors[] = [
  {
    // Fedora, RHEL
    folder: '/etc/pki/ca-trust/source/anchors',
    suffix: '.pem',
    refresh: ['update-ca-trust', 'extract'],
    bundle: '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  },
  {
    // Debian, Ubuntu, Alpine
    folder: '/usr/local/share/ca-certificates',
    suffix: '.crt',
    refresh: ['update-ca-certificates'],
    bundle: '/etc/ssl/certs/ca-certificates.crt',
  },
  {
    // Arch
    folder: '/etc/ca-certificates/trust-source/anchors',
    suffix: '.crt',
    refresh: ['trust', 'extract-compat'],
    bundle: '/etc/ca-certificates/extracted/tls-ca-bundle.pem',
  },
  {
    // SUSE
    folder: '/usr/share/pki/trust/anchors',
    suffix: '.pem',
    refresh: ['update-ca-certificates'],
    bundle: '/etc/ssl/ca-bundle.pem',
  },
]

/** The system's store, which curl, wget, git, Python's ssl and Go look into; none where the system is not a known one. */
export function createLinuxSystemStore(deps: StoreDeps): TrustStore[] {
  const anchors = deps.systemAnchors ?? KNOWN.find(({ folder }) => existsSync(folder))
  return anchors === undefined ? [] : [createStore(anchors, deps)]
}

function createStore(anchors: SystemAnchors, deps: StoreDeps): TrustStore {
  // The store is everybody's: each user has a file of their own.
  const file = join(anchors.folder, `iam-auth-proxy-${deps.uid ?? 0}${anchors.suffix}`)
  return {
    audience: 'the system (curl, git, ...)',
    place: file,
    async look(root) {
      const found = read(file)
      if (found === undefined) return 'absent'
      if (root === undefined || found.trim() !== root.pem.trim()) return 'outdated'
      const bundle = read(anchors.bundle)
      return bundle === undefined || bundle.includes(root.pem.trim()) ? 'installed' : 'outdated'
    },
    async install(root) {
      return change([['install', '-m', '644', root.path, file], anchors.refresh], deps)
    },
    async uninstall() {
      if (!existsSync(file)) return { kind: 'unchanged' }
      return change([['rm', '-f', file], anchors.refresh], deps)
    },
  }
}

async function change(commands: readonly (readonly string[])[], { uid, run, runAsRoot }: StoreDeps): Promise<Outcome> {
  const byHand = commands.map((words) => formatCommand('sudo', ...words))
  if (uid !== 0) {
    if (runAsRoot === undefined) return { kind: 'failed', reason: 'only root may change it', byHand }
    const isDone = await runAsRoot(commands)
    return isDone ? { kind: 'done' } : { kind: 'failed', reason: 'only root may change it', byHand }
  }
  for (const [command = '', ...args] of commands) {
    const ran = await run(command, args)
    if (ran.exitCode !== 0) return { kind: 'failed', reason: `${command} says: ${lastLine(ran)}`, byHand }
  }
  return { kind: 'done' }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
