import { type ChildProcess, spawn } from 'node:child_process'
import type { Env } from '../config/config.js'
import { passSignals } from './signals.js'

/** A command line, and what to say beside the system's reason where it cannot be started. */
export interface CommandLine {
  readonly file: string
  readonly args: readonly string[]
  /** By the system's code, such as `ENOENT`. */
  readonly hints: Readonly<Record<string, string>>
}

/** How a command ended. */
export type Ending =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'not-started'; readonly code: 126 | 127; readonly reason: string }

/** Runs a command on our own stdin, stdout, stderr and terminal, and waits for it. */
export async function runChild({ file, args, hints }: CommandLine, env: Env): Promise<Ending> {
  // A signal that comes while it starts is for the command: it waits until there is somebody to pass it to.
  const signals = passSignals()
  try {
    const child = spawn(file, args, { stdio: 'inherit', env })
    signals.passTo(child)
    return await ended(child)
  } catch (error) {
    return notStarted(error as NodeJS.ErrnoException, hints)
  } finally {
    signals.stop()
  }
}

function ended(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      resolve(signal === null ? { kind: 'exit', code: code ?? 1 } : { kind: 'signal', signal }),
    )
  })
}

/** As a shell says it: 127 where there is no such command, 126 where it cannot be run. */
function notStarted({ code = '', message }: NodeJS.ErrnoException, hints: CommandLine['hints']): Ending {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such command',
    EACCES: 'it is not executable, or may not be run by this user',
    E2BIG: 'its arguments and environment are too long',
  }
  const hint = hints[code]
  const reason = `${reasons[code] ?? message}${hint === undefined ? '' : `: ${hint}`}`
  return { kind: 'not-started', code: code === 'ENOENT' ? 127 : 126, reason }
}
