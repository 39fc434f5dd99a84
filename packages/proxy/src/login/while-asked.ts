import { DEFAULT_AUTH_PATH, safeReturnUrl } from 'iam-auth-protocol'
import type { Log } from '../log.js'
import type { ChallengeAnswer, ChallengedExchange } from './exchange.js'
import { isNavigation } from './gate.js'
import type { LoginResult } from './state.js'
import { isCommandLine } from './tell-refusal.js'

/** ms a request that is no page waits for a person's answer before it is told to come again. */
const PATIENCE_MS = 20_000
/** Seconds until it has a chance then. */
const RETRY_AFTER_SECONDS = 5

/** A question that is put to the person. */
export interface OpenQuestion {
  readonly serialNumber: string
  /** Somebody has it before their eyes. */
  isSeen(): boolean
  /** The path, on our own origin, where whoever has it may answer; from there it goes on to `returnTo`. */
  formPath(returnTo: string | undefined): string
}

/** What the login layer knows of questions to the person. */
export interface PersonAsked {
  /** Calls back for each question once it is asked; at once for one that is open already. Returns what ends that. */
  whenOpen(listener: (question: OpenQuestion) => void): () => void
  /** The 503 for a request that is no page. `formUrl`: where the code is typed, if the one who asks may know. */
  comeAgain(exchange: ChallengedExchange, question: OpenQuestion, formUrl: string | undefined): ChallengeAnswer
}

export interface WhileAskedDeps {
  readonly asked: PersonAsked
  readonly log: Log
}

/**
 * The result of a login; or, where it waits for a person, what this request gets meanwhile. The login goes on.
 *
 * @param isWaiting whether this login waits for credentials
 */
export async function untilDoneOrAsked(
  exchange: ChallengedExchange,
  login: Promise<LoginResult>,
  isWaiting: () => boolean,
  { asked, log }: WhileAskedDeps,
): Promise<LoginResult | { readonly kind: 'asked'; readonly answer: ChallengeAnswer }> {
  let timer: NodeJS.Timeout | undefined
  let stop = () => {}
  const meanwhile = new Promise<{ kind: 'asked'; answer: ChallengeAnswer }>((resolve) => {
    stop = asked.whenOpen((question) => {
      if (!isWaiting()) return
      const tell = () => resolve({ kind: 'asked', answer: answerMeanwhile(exchange, question, asked) })
      if (leadsToForm(exchange) || (isCommandLine(exchange) && !question.isSeen())) tell()
      else timer ??= setTimeout(tell, PATIENCE_MS)
    })
  })
  try {
    const first = await Promise.race([login, meanwhile])
    // Whoever was sent to the form comes back for the result: here it is of no interest any more.
    if (first.kind === 'asked') login.catch(() => log.debug({ origin: exchange.origin }, 'login not made after all'))
    return first
  } finally {
    stop()
    clearTimeout(timer)
  }
}

function leadsToForm(exchange: ChallengedExchange): boolean {
  return exchange.ownOrigin !== undefined && exchange.method === 'GET' && isNavigation(exchange)
}

/**
 * A page goes to the form, which is of our own origin: what is typed there no script of the service can read. A redirect, since
 * a service worker of the service could read a page of ours at its address. The URL of the form is told to programs, and not to
 * scripts of pages.
 */
function answerMeanwhile(exchange: ChallengedExchange, question: OpenQuestion, asked: PersonAsked): ChallengeAnswer {
  const { ownOrigin, origin, seenOrigin = origin, path } = exchange
  if (leadsToForm(exchange)) {
    const location = `${ownOrigin}${question.formPath(safeReturnUrl(path, seenOrigin, DEFAULT_AUTH_PATH))}`
    const rawHeaders = ['Location', location, 'Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer']
    return { kind: 'respond', status: 303, rawHeaders: [...rawHeaders, 'Content-Length', '0'], body: '' }
  }
  const mayKnow = ownOrigin !== undefined && isCommandLine(exchange)
  const formUrl = mayKnow ? `${ownOrigin}${question.formPath(undefined)}` : undefined
  const answer = asked.comeAgain(exchange, question, formUrl)
  if (answer.kind !== 'respond') return answer
  return { ...answer, rawHeaders: [...answer.rawHeaders, 'Retry-After', String(RETRY_AFTER_SECONDS)] }
}
