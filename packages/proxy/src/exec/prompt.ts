import type { MfaPrompt } from '../credentials/source.js'
import { LoginRefusal } from '../login/refusal.js'
import { promptMfaOnTerminal } from '../prompt/mfa.js'
import { isForeground, ownState } from './job-control.js'

/**
 * Asks for an MFA code while the terminal is ours to ask on. A command with job control of its own (a shell) puts us into
 * the background, where the system would stop us at the first letter, and with us every request of the command.
 */
export const promptInForeground: MfaPrompt = async (serialNumber) => {
  if (ownState()?.hasTerminal && !isForeground()) {
    throw new LoginRefusal(
      'ERR_IAM_MFA',
      `An MFA code of ${serialNumber} is needed, and another program has the terminal.`,
      {
        hint: 'Give it at the start: `--mfa-token-code CODE`, or let `iam-auth-proxy` run in a terminal of its own.',
      },
    )
  }
  return promptMfaOnTerminal(serialNumber)
}
