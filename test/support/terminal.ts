import type { Keeper } from './cleanup.js'
import { type Running, run } from './process.js'
import { findProgram } from './programs.js'
import { proxyCommand, repositoryRoot } from './proxy.js'

export const scriptPath = findProgram('script')

/** The command line on a terminal of its own: what it shows is `output()`, what is typed goes to it. */
export interface OnTerminal extends Running {
  type(text: string): void
}

/** A proxy that listens, on a terminal of its own. */
export interface TerminalProxy extends OnTerminal {
  readonly port: number
  readonly url: string
}

export async function startProxyOnTerminal(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  keep: Keeper,
): Promise<TerminalProxy> {
  const running = await runOnTerminal(['--bind', '127.0.0.1:0', ...args], env, keep)
  const [, url = '', port] = await running.says(/listening on (http:\/\/127\.0\.0\.1:(\d+))/, 30_000)
  return { ...running, url, port: Number(port) }
}

/** By util-linux's `script`, which makes a terminal and is told with `-c` what runs on it. */
export async function runOnTerminal(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  keep: Keeper,
  program: readonly string[] = proxyCommand,
): Promise<OnTerminal> {
  if (scriptPath === undefined) throw new Error('there is no script(1)')
  const words = [...program, ...args].map((word) => `'${word}'`).join(' ')
  const command = ['-q', '-e', '-f', '-c', `echo "pid:$$"; exec ${words}`, '/dev/null']
  const running = run(scriptPath, command, { env, cwd: repositoryRoot, stdio: ['pipe', 'pipe', 'pipe'] }, keep)
  const pid = Number((await running.says(/pid:(\d+)/))[1])
  const end = () => {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
  }
  process.once('exit', end)
  keep(() => {
    process.removeListener('exit', end)
    end()
  })
  return { ...running, type: (text) => void running.child.stdin?.write(text) }
}
