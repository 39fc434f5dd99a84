import { LoginRefusal } from '../login/refusal.js'

/**
 * Asks for an MFA code on the controlling terminal, whatever stdin and stderr are. Where there is none it rejects at once:
 * a prompt that nobody sees only hangs.
 */
export async function promptMfaOnTerminal(serialNumber: string): Promise<string> {
  const [{ openSync }, { ReadStream, WriteStream }, { createInterface }] = await Promise.all([
    import('node:fs'),
    import('node:tty'),
    import('node:readline/promises'),
  ])
  const open = () => {
    try {
      return { input: new ReadStream(openSync('/dev/tty', 'r')), output: new WriteStream(openSync('/dev/tty', 'w')) }
    } catch (cause) {
      throw noTerminal(serialNumber, cause)
    }
  }
  const { input, output } = open()
  const terminal = createInterface({ input, output, terminal: true })
  const over = new AbortController()
  // Readline takes Ctrl-C from the terminal while it asks; whoever types it means the proxy.
  terminal.once('SIGINT', () => {
    over.abort()
    process.kill(process.pid, 'SIGINT')
  })
  terminal.once('close', () => over.abort())
  try {
    const answer = await terminal.question(`MFA code of ${serialNumber}: `, { signal: over.signal })
    return requireCode(answer.trim())
  } catch (cause) {
    throw over.signal.aborted ? cancelled(cause) : cause
  } finally {
    terminal.close()
    input.destroy()
    output.destroy()
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
