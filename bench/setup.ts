import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findProgram } from '../test/support/programs.js'
import type { Contender } from './contenders/contender.js'
import { peersFolder } from './contenders/node-peers.js'
import { wrkIsMissing } from './wrk.js'

/** Installs the libraries of the Node peers by their own lock file, at the first use. Says so where that fails. */
export function installLibraries(say: (line: string) => void): void {
  if (existsSync(`${peersFolder}node_modules/.package-lock.json`)) return
  say('installing the libraries that are compared with, in bench/peers')
  const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: peersFolder, encoding: 'utf8' })
  if (status !== 0) say(`! npm ci in bench/peers failed, so libraries are not compared with:\n${stderr.slice(-1000)}`)
}

/** Those that can run here. Says aloud who is skipped, why, and the line that changes it; with `install` it runs that line. */
export function whoCanRun(all: readonly Contender[], install: boolean, say: (line: string) => void): Contender[] {
  if (install) installPackages(missingPackages(all), say)
  for (const { name, missing } of all) {
    const why = missing()
    if (why !== undefined) say(`! SKIPPED: ${name}: ${why.reason}`)
  }
  const packages = missingPackages(all)
  if (packages.length > 0)
    say(`! to have them: apt-get install -y ${packages.join(' ')}   (or: npm run bench -- --install)`)
  return all.filter(({ missing }) => missing() === undefined)
}

function missingPackages(all: readonly Contender[]): string[] {
  return [...new Set([...all.flatMap(({ missing }) => missing()?.packages ?? []), ...wrkIsMissing()])]
}

function installPackages(packages: readonly string[], say: (line: string) => void): void {
  if (packages.length === 0) return
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...packages]
  say(`apt-get ${args.join(' ')}`)
  const { status } = spawnSync(findProgram('apt-get') ?? 'apt-get', args, {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) say('! apt-get failed: as root, after apt-get update, it may work')
}
