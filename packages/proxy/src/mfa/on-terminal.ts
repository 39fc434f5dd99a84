import type { Question } from './question.js'

/** A line asked for on the terminal of whoever started the proxy. */
export type TerminalPrompt = (
  text: string,
  options: {
    /** Takes the prompt away again. */
    readonly signal: AbortSignal
    /** It is on the screen. */
    readonly onAsked: () => void
  },
) => Promise<string | 'no-terminal' | 'cancelled'>

/**
 * Asks on the terminal, again and again until the question is settled, wherever that happens. Resolves as soon as it is on
 * the screen: true; or there is no terminal: false.
 */
export function askOnTerminal(question: Question, prompt: TerminalPrompt): Promise<boolean> {
  const over = new AbortController()
  question.onSettled(() => over.abort())
  return new Promise((resolve) => {
    const ask = async () => {
      while (!over.signal.aborted) {
        const reason = question.reason()
        const text = `${reason === undefined ? '' : `${reason}\n`}MFA code of ${question.serialNumber}: `
        const typed = await prompt(text, { signal: over.signal, onAsked: () => resolve(true) })
        if (typed === 'no-terminal') return resolve(false)
        if (typed === 'cancelled') return question.end('No MFA code was given.')
        await question.submit(typed)
      }
    }
    ask().catch(() => resolve(false))
  })
}
