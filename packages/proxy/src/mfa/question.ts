import { LoginRefusal } from '../login/refusal.js'

/** ms somebody has for an answer: that of the code shown, of the next one, and of finding the device. */
const LIFE_MS = 120_000
/** Codes that AWS may refuse before the question is over. */
const TRIES = 3

/** What has become of a question. `checking`: AWS is being asked about a code. */
type QuestionState = 'open' | 'checking' | 'accepted' | 'over'

/** One question for the code of one MFA device, wherever it is asked. */
export interface Question {
  readonly serialNumber: string
  state(): QuestionState
  /** Why the last answer was not good, or why the question is over. */
  reason(): string | undefined
  /** Somebody has it before their eyes: on the terminal, or in a browser. */
  isSeen(): boolean
  /** It is on a screen now. */
  noteSeen(): void
  /** An answer, from wherever. Resolves when it is known what it was worth; never rejects. */
  submit(code: string): Promise<void>
  /** The next code that is worth asking AWS about. Rejects with a LoginRefusal once the question is over. */
  nextCode(): Promise<string>
  /** AWS did not take the last code. False once there are no more tries. */
  refuse(): boolean
  accept(): void
  end(reason: string): void
  /** Runs once, when the question is accepted or over. */
  onSettled(listener: () => void): void
}

/** @param isUsed whether this code has been tried before, in the time in which a device shows it */
export function createQuestion(serialNumber: string, isUsed: (code: string) => boolean): Question {
  let state: QuestionState = 'open'
  let reason: string | undefined
  let triesLeft = TRIES
  let seen = false
  let verdict = deferred<void>()
  let code = deferred<string>()
  const listeners: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined
  const wait = () => {
    timer = setTimeout(() => question.end(NOT_IN_TIME), LIFE_MS).unref()
  }
  const settle = (to: 'accepted' | 'over') => {
    state = to
    clearTimeout(timer)
    verdict.resolve()
    for (const listener of listeners.splice(0)) listener()
  }
  const question: Question = {
    serialNumber,
    state: () => state,
    reason: () => reason,
    isSeen: () => seen,
    noteSeen() {
      seen = true
    },
    async submit(typed) {
      const answer = typed.replaceAll(/\s/g, '')
      if (state === 'open') {
        reason = /^\d{6}$/.test(answer) ? (isUsed(answer) ? USED : undefined) : SIX_DIGITS
        if (reason !== undefined) return
        state = 'checking'
        clearTimeout(timer)
        code.resolve(answer)
      }
      if (state === 'checking') await verdict.promise
    },
    nextCode: () => code.promise,
    refuse() {
      triesLeft -= 1
      if (triesLeft === 0) return false
      reason = NOT_TAKEN
      state = 'open'
      code = deferred()
      verdict.resolve()
      verdict = deferred()
      wait()
      return true
    },
    accept: () => settle('accepted'),
    end(why) {
      if (state === 'accepted' || state === 'over') return
      reason = why
      settle('over')
      code.reject(new LoginRefusal('ERR_IAM_MFA', why, { hint: 'Try again to be asked again.' }))
    },
    onSettled: (listener) => void listeners.push(listener),
  }
  wait()
  return question
}

const SIX_DIGITS = 'An MFA code has six digits.'
const USED = 'This code has been tried already, and each works once. Wait for the next one: it comes within 30 seconds.'
const NOT_TAKEN =
  'AWS did not accept this code. Wait for the next one, which comes within 30 seconds, and check that it is of this device.'
const NOT_IN_TIME = 'No MFA code was given within two minutes.'

interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: Error): void
}

function deferred<T>(): Deferred<T> {
  let settle: Pick<Deferred<T>, 'resolve' | 'reject'> | undefined
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // Who waits is told; that nobody waits is no fault.
  promise.catch(() => {})
  return { promise, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) }
}
