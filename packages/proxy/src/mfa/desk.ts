import type { AskForCodes } from '../credentials/mfa.js'
import type { Log } from '../log.js'
import { LoginRefusal } from '../login/refusal.js'
import { askOnTerminal, type TerminalPrompt } from './on-terminal.js'
import { createQuestion, type Question } from './question.js'

/** ms in which a code that was tried is not tried again: AWS takes it in its own step of 30 s and in both neighbours. */
const CODE_LIFE_MS = 90_000

export interface MfaDeskDeps {
  readonly prompt: TerminalPrompt
  readonly log: Log
  /** ms since 1970 */
  readonly now: () => number
  /** Given on the command line: the first answer for this device. */
  readonly first: { readonly serialNumber: string; readonly code: string | undefined } | undefined
}

/** Where MFA codes are asked for: one question a device at a time, on every screen there is. */
export interface MfaDesk {
  /** Runs a task that may ask for codes; again, with another code, where AWS did not take the one it got. */
  readonly attempt: AskForCodes
  /** Calls back for each question once it is asked; at once for one that is open already. Returns what ends that. */
  whenOpen(listener: (question: Question) => void): () => void
}

export function createMfaDesk({ prompt, log, now, first }: MfaDeskDeps): MfaDesk {
  const open = new Set<Question>()
  const listeners = new Set<(question: Question) => void>()
  const turns = new Map<string, Promise<void>>()
  const isUsed = usedCodes(now)
  let firstCode = first?.code
  const ask = async (serialNumber: string) => {
    const question = createQuestion(serialNumber, (code) => isUsed(serialNumber, code))
    log.info({ device: serialNumber }, 'mfa code needed')
    if (await askOnTerminal(question, prompt)) question.noteSeen()
    if (question.state() === 'accepted' || question.state() === 'over') return question
    open.add(question)
    question.onSettled(() => open.delete(question))
    for (const listener of listeners) listener(question)
    return question
  }
  return {
    async attempt(task) {
      let turn: (() => void) | undefined
      let question: Question | undefined
      let wasAsked = false
      const codeOf = async (serialNumber: string) => {
        wasAsked = true
        const given = serialNumber === first?.serialNumber ? firstCode : undefined
        firstCode = given === undefined ? firstCode : undefined
        if (given !== undefined && !isUsed(serialNumber, given)) return given
        turn ??= await takeTurn(turns, serialNumber)
        question ??= await ask(serialNumber)
        return question.nextCode()
      }
      try {
        for (;;) {
          const result = await attemptOnce(
            () => task(codeOf),
            () => wasAsked && (question?.refuse() ?? true),
          )
          if (result === undefined) continue
          question?.accept()
          return result.value
        }
      } catch (error) {
        question?.end((error as Error).message)
        throw error
      } finally {
        turn?.()
      }
    },
    whenOpen(listener) {
      listeners.add(listener)
      for (const question of open) listener(question)
      return () => void listeners.delete(listener)
    },
  }
}

/** Undefined where another code may help. */
async function attemptOnce<T>(task: () => Promise<T>, mayGoOn: () => boolean): Promise<{ value: T } | undefined> {
  try {
    return { value: await task() }
  } catch (error) {
    const isRefusedCode = error instanceof LoginRefusal && error.code === 'ERR_IAM_MFA' && error.cause !== undefined
    if (isRefusedCode && mayGoOn()) return undefined
    throw error
  }
}

/** A code works once, so whoever else needs one of the same device is asked for after this. */
async function takeTurn(turns: Map<string, Promise<void>>, serialNumber: string): Promise<() => void> {
  const before = turns.get(serialNumber)
  let end: (() => void) | undefined
  const mine = new Promise<void>((resolve) => {
    end = resolve
  })
  turns.set(
    serialNumber,
    Promise.resolve(before).then(() => mine),
  )
  await before
  return () => end?.()
}

/** Remembers the codes it is asked about: true for one that it has been asked about before. */
function usedCodes(now: () => number): (serialNumber: string, code: string) => boolean {
  let used: { readonly serialNumber: string; readonly code: string; readonly at: number }[] = []
  return (serialNumber, code) => {
    used = used.filter(({ at }) => now() - at < CODE_LIFE_MS)
    if (used.some((known) => known.serialNumber === serialNumber && known.code === code)) return true
    used.push({ serialNumber, code, at: now() })
    return false
  }
}
