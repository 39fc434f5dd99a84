import { readFileSync } from 'node:fs'
import { isatty } from 'node:tty'

/** What proc(5) says about a process. */
interface ProcessState {
  readonly isStopped: boolean
  readonly hasTerminal: boolean
  /** Its process group is the one that the terminal sends its signals to, and takes input for. */
  readonly isForeground: boolean
}

/** Undefined where there is no /proc, as on macOS. */
export function ownState(): ProcessState | undefined {
  return readState('self')
}

/** The command has been stopped, by Ctrl-Z or by itself. False where nobody can tell. */
export function isStopped(pid: number | undefined): boolean {
  return pid !== undefined && readState(pid)?.isStopped === true
}

/** What is typed on the terminal reaches us. Where nobody can tell, a terminal of ours is taken for it. */
export function isForeground(): boolean {
  return ownState()?.isForeground ?? [0, 1, 2].some((descriptor) => isatty(descriptor))
}

function readState(pid: number | 'self'): ProcessState | undefined {
  const text = readText(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The name of the program stands in parentheses, and may hold anything: `pid (name) state ppid pgrp session tty tpgid …`
  const [state = '', , group, , terminal, foreground] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const hasTerminal = terminal !== '0'
  return { isStopped: state === 'T' || state === 't', hasTerminal, isForeground: hasTerminal && group === foreground }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
