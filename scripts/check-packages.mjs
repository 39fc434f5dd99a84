// Packs every package as it would be published and lets publint and attw look for what its users would trip over.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'iam-auth-pack-'))
const run = (command, ...args) => execFileSync('npx', ['--no-install', command, ...args], { stdio: 'inherit' })
try {
  execFileSync(
    'npm',
    ['pack', '--silent', '--pack-destination', folder, '--workspaces', '--include-workspace-root=false'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz') && !name.includes('example'))
  for (const name of tarballs) {
    run('publint', 'run', join(folder, name), '--strict')
    run('attw', join(folder, name), '--profile', 'esm-only')
  }
} finally {
  rmSync(folder, { recursive: true })
}
