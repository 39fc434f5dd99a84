import type { ChildProcess } from 'node:child_process'
import { isForeground, isStopped, ownState } from './job-control.js'

/** Until `stop`, signals to this process are signals to the command. */
export interface SignalPassing {
  passTo(child: ChildProcess): void
  stop(): void
}

/** A terminal sends these to all of its foreground processes: the command has them already. */
const FROM_KEYBOARD = ['SIGINT', 'SIGQUIT'] as const
/** SIGUSR1 would have Node open its debugger. */
const FOR_THE_COMMAND = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const

/**
 * Signals behave as if the command had been started itself. It shares our process group, or it could not read from the
 * terminal, so what the keyboard sends reaches it without us, and what somebody sends to our process id does not.
 * A command that stops (Ctrl-Z) stops us, and the shell sees a stopped job; when we go on, so does it.
 */
export function passSignals(): SignalPassing {
  const early: NodeJS.Signals[] = []
  let child: ChildProcess | undefined
  const pass = (signal: NodeJS.Signals) => void (child ? child.kill(signal) : early.push(signal))
  const passUnlessTyped = (signal: NodeJS.Signals) => isForeground() || pass(signal)
  const handlers: [NodeJS.Signals, (signal: NodeJS.Signals) => void][] = [
    ...FROM_KEYBOARD.map((name) => [name, passUnlessTyped] as [NodeJS.Signals, typeof pass]),
    ...FOR_THE_COMMAND.map((name) => [name, pass] as [NodeJS.Signals, typeof pass]),
  ]
  if (ownState() !== undefined) {
    handlers.push(['SIGTSTP', passUnlessTyped])
    handlers.push(['SIGCHLD', () => child && isStopped(child.pid) && stopToo()])
    handlers.push(['SIGCONT', () => child && isStopped(child.pid) && pass('SIGCONT')])
  }
  for (const [name, handler] of handlers) process.on(name, handler)
  return {
    passTo(started) {
      child = started
      for (const signal of early.splice(0)) pass(signal)
    },
    stop() {
      for (const [name, handler] of handlers) process.removeListener(name, handler)
    },
  }
}

/** Only where a shell's job control may wake us up again: without a terminal nobody would. */
function stopToo(): void {
  if (ownState()?.hasTerminal) process.kill(process.pid, 'SIGSTOP')
}
