import { fileURLToPath } from 'node:url'
import type { LocalAws } from 'iam-auth-local-aws'
import type { Keeper } from './cleanup.js'
import { type Running, run } from './process.js'
import { cleanEnvironment, keysOf, repositoryRoot } from './proxy.js'

/** What users run, as the set-up of the tests has built it: it starts in a third of the time of the sources. */
export const builtCommand = [
  process.execPath,
  fileURLToPath(new URL('packages/proxy/bin/iam-auth-proxy.cjs', repositoryRoot)),
] as const

/** `iam-auth-proxy` with these arguments and alice's credentials, in a session of its own: without a terminal. */
export function runBuilt(
  args: readonly string[],
  aws: LocalAws,
  keep: Keeper,
  { env = {}, cwd = repositoryRoot }: { env?: NodeJS.ProcessEnv; cwd?: string | URL } = {},
): Running {
  const [node, bin] = builtCommand
  const all = { ...cleanEnvironment(aws, keysOf(aws, 'alice')), ...env }
  return run(node, [bin, ...args], { env: all, cwd, detached: true }, keep)
}
