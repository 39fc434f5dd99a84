import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'

/** Vitest's global set-up: what is built is of these sources, for the tests that run what users run. */
export default function buildOnce({ config }: TestProject): void {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  execFileSync('npm', ['run', 'build', '--silent'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  // Whoever watches changes the sources after this.
  if (!config.watch) process.env['BUILT_FOR_TESTS'] = '1'
}
