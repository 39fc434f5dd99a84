import type { TerminalPrompt } from '../mfa/on-terminal.js'
import { CancelledError, NoTerminalError, openTerminal } from './terminal.js'

/** One question on the controlling terminal. Where it is answered elsewhere it says so, and gives the terminal back. */
export const promptOnTerminal: TerminalPrompt = async (text, { signal, onAsked }) => {
  try {
    const terminal = await openTerminal()
    try {
      if (signal.aborted) return 'cancelled'
      const answer = terminal.ask(text, signal)
      onAsked()
      return await answer
    } finally {
      if (signal.aborted) terminal.write('\n(answered elsewhere)\n')
      terminal.close()
    }
  } catch (cause) {
    if (cause instanceof NoTerminalError) return 'no-terminal'
    if (cause instanceof CancelledError) return 'cancelled'
    throw cause
  }
}
