import { LoginRefusal } from '../login/refusal.js'
import { CancelledError, NoTerminalError, openTerminal } from './terminal.js'

/** Asks for an MFA code on the controlling terminal. */
export async function promptMfaOnTerminal(serialNumber: string): Promise<string> {
  try {
    const terminal = await openTerminal()
    try {
      return requireCode(await terminal.ask(`MFA code of ${serialNumber}: `))
    } finally {
      terminal.close()
    }
  } catch (cause) {
    if (cause instanceof NoTerminalError) throw noTerminal(serialNumber, cause)
    throw cause instanceof CancelledError ? cancelled(cause) : cause
  }
}

function requireCode(code: string): string {
  if (!/^\d{6}$/.test(code))
    throw new LoginRefusal('ERR_IAM_MFA', 'An MFA code has six digits.', { hint: 'Reload to try again.' })
  return code
}

function cancelled(cause: unknown): LoginRefusal {
  return new LoginRefusal('ERR_IAM_MFA', 'No MFA code was given.', { hint: 'Reload to be asked again.', cause })
}

function noTerminal(serialNumber: string, cause: unknown): LoginRefusal {
  return new LoginRefusal(
    'ERR_IAM_MFA',
    `An MFA code of ${serialNumber} is needed, and there is no terminal to ask on.`,
    {
      hint: 'Start the proxy in a terminal, or with `--mfa-token-code CODE`.',
      cause,
    },
  )
}
