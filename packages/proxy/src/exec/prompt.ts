import type { TerminalPrompt } from '../mfa/on-terminal.js'
import { promptOnTerminal } from '../prompt/mfa.js'
import { isForeground, ownState } from './job-control.js'

/**
 * Asks for an MFA code while the terminal is ours to ask on. A command with job control of its own (a shell) puts us into
 * the background, where the system would stop us at the first letter, and with us every request of the command: then there
 * is the form, whose address the command's request is told.
 */
export const promptInForeground: TerminalPrompt = async (text, options) => {
  if (ownState()?.hasTerminal && !isForeground()) return 'no-terminal'
  return promptOnTerminal(text, options)
}
