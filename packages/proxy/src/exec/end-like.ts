import { constants } from 'node:os'
import type { Ending } from './child.js'

/** Their default action writes a core file: ours would take the place of the command's, which somebody may want to read. */
const WRITE_CORE: readonly NodeJS.Signals[] = [
  ...([
    'SIGQUIT',
    'SIGILL',
    'SIGTRAP',
    'SIGABRT',
    'SIGBUS',
    'SIGFPE',
    'SIGSEGV',
    'SIGXCPU',
    'SIGXFSZ',
    'SIGSYS',
  ] as const),
]

/** ms after which a signal to ourselves has had no effect: the first process of a container is not ended by its own. */
const SIGNAL_EFFECT_MS = 200

/** Ends this process as the command has ended. A shell treats a command that a signal ended in its own way, so we die of it. */
export function endLike(ending: Ending, name: string): Promise<never> {
  if (ending.kind === 'exit') return end(ending.code)
  if (ending.kind === 'not-started') {
    say(`${name}: ${ending.reason}`)
    return end(ending.code)
  }
  const { signal } = ending
  const code = 128 + constants.signals[signal]
  if (WRITE_CORE.includes(signal)) {
    say(`${name} was ended by ${signal}`)
    return end(code)
  }
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
  return new Promise(() => setTimeout(() => process.exit(code), SIGNAL_EFFECT_MS))
}

function end(code: number): Promise<never> {
  process.exit(code)
}

function say(text: string): void {
  process.stderr.write(`iam-auth-proxy: ${text}\n`)
}
