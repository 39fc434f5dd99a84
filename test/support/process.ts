import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Keeper } from './cleanup.js'
import { until } from './until.js'

/** A process of another program, and what it has said so far. */
export interface Running {
  readonly child: ChildProcess
  readonly pid: number
  stdout(): string
  stderr(): string
  /** Both, in the order they came. */
  output(): string
  /** The match, once the output has it. Fails at once where the process ends before. */
  says(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>
  /** Its exit code, or the name of the signal that ended it, once it is gone. */
  readonly ended: Promise<number | string>
  stop(signal?: NodeJS.Signals): Promise<number | string>
}

/** Starts a process that is ended, by its own id, whatever becomes of the test. */
export function run(command: string, args: readonly string[], options: SpawnOptions, keep: Keeper): Running {
  const child = spawn(command, args, options)
  const texts = { stdout: '', stderr: '', output: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
      texts.output += text
    })
  }
  let hasEnded = false
  const ended = Promise.race([once(child, 'close'), once(child, 'error')]).then(([code, signal]) => {
    hasEnded = true
    process.removeListener('exit', kill)
    if (code instanceof Error) texts.output += code.message
    return (code instanceof Error ? 'did not start' : (code ?? signal)) as number | string
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  // Not `ended`: a child of the child may hold its output open for longer than it lives.
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  const stop = (signal: NodeJS.Signals = 'SIGKILL') => {
    if (!hasEnded) child.kill(signal)
    return Promise.race([ended, exited])
  }
  keep(() => stop())
  return {
    child,
    pid: child.pid ?? 0,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    output: () => texts.output,
    ended,
    stop,
    async says(pattern, timeoutMs) {
      const found = await until(
        `${command} says ${pattern}`,
        () => pattern.exec(texts.output) ?? (hasEnded && ('ended' as const)),
        timeoutMs,
      ).catch((error: Error) => {
        throw new Error(`${error.message}; it said: ${texts.output}`)
      })
      if (found === 'ended') throw new Error(`${command} ended without saying ${pattern}; it said: ${texts.output}`)
      return found
    },
  }
}
