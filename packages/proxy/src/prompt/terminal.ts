/** The controlling terminal: of whoever started this, whatever stdin and stderr are. */
export interface Terminal {
  write(text: string): void
  /** Rejects with CancelledError on Ctrl-D and by `signal`. Ctrl-C ends the process, as it does anywhere else. */
  ask(question: string, signal?: AbortSignal): Promise<string>
  close(): void
}

/** Nobody would see a question. */
export class NoTerminalError extends Error {
  override readonly name = 'NoTerminalError'
}

/** The question was closed, not answered. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError'
}

/** Rejects with NoTerminalError at once where there is none: a prompt that nobody sees only hangs. */
export async function openTerminal(): Promise<Terminal> {
  const [{ openSync }, { ReadStream, WriteStream }, { createInterface }] = await Promise.all([
    import('node:fs'),
    import('node:tty'),
    import('node:readline/promises'),
  ])
  const open = () => {
    try {
      return { input: new ReadStream(openSync('/dev/tty', 'r')), output: new WriteStream(openSync('/dev/tty', 'w')) }
    } catch (cause) {
      throw new NoTerminalError('there is no terminal to ask on', { cause })
    }
  }
  const { input, output } = open()
  return {
    write: (text) => void output.write(text),
    ask: (question, signal) => askOnce(createInterface({ input, output, terminal: true }), question, signal),
    close() {
      input.destroy()
      output.destroy()
    },
  }
}

/** Readline of a kind that answers with a promise. */
type Readline = import('node:readline/promises').Interface

async function askOnce(readline: Readline, question: string, signal?: AbortSignal): Promise<string> {
  const over = new AbortController()
  signal?.addEventListener('abort', () => over.abort(), { once: true })
  // Readline takes Ctrl-C from the terminal while it asks; whoever types it means the program.
  readline.once('SIGINT', () => {
    over.abort()
    process.kill(process.pid, 'SIGINT')
  })
  readline.once('close', () => over.abort())
  try {
    return (await readline.question(question, { signal: over.signal })).trim()
  } catch (cause) {
    throw over.signal.aborted ? new CancelledError('no answer was given', { cause }) : cause
  } finally {
    readline.close()
  }
}
