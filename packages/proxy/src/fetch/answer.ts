import type { ChallengeAnswer, ChallengedExchange, ReplaySource } from '../login/exchange.js'
import type { ServiceSession } from '../login/sessions.js'
import type { Call, Hop } from './call.js'
import { rawHeadersOf } from './raw-headers.js'
import { isSafe } from './redirect.js'
import { IamFetchError, toIamFetchError } from './refusal.js'
import type { FetchState } from './state.js'
import { waitFor } from './wait.js'

/** What a request was sent with. */
export interface Sent {
  readonly session: ServiceSession | undefined
  /** Where it is from, for a request that was sent again. */
  readonly source: ReplaySource | undefined
}

/** A challenge answered, or the reason why not: undefined where a login is never made (OPTIONS). */
export type Answered =
  | Extract<ChallengeAnswer, { kind: 'replay' }>
  | { readonly kind: 'refused'; readonly error: IamFetchError | undefined }

/**
 * response → login layer: what becomes of a 401 with a challenge. Rejects with the reason of the call's signal where it
 * aborts; the login goes on for whoever else waits for it.
 */
export async function answerHop(
  hop: Hop,
  response: Response,
  sent: Sent,
  { call, attempt, state }: { call: Call; attempt: number; state: FetchState },
): Promise<Answered> {
  const { origin } = hop.url
  const notLent = whyNotLent(hop, state)
  if (notLent !== undefined) return { kind: 'refused', error: notLent }
  noteChallenged(origin, state)
  // Only the one that was refused: another call may have made a new one meanwhile.
  if (sent.source !== 'login' && sent.session !== undefined && state.jar.get(origin) === sent.session)
    state.jar.drop(origin)
  const exchange = exchangeOf(hop, response, sent, { call, attempt })
  const answer = await waitFor(state.login.answer(exchange), { signal: call.signal, timeoutMs: state.config.timeoutMs })
  if (answer?.kind === 'replay') return answer
  if (answer === undefined) return { kind: 'refused', error: timedOut(origin) }
  return { kind: 'refused', error: whyNot(exchange, state) }
}

/** As many as there are sessions at the most; the oldest is forgotten. */
const MAX_CHALLENGED = 1000

function noteChallenged(origin: string, { challenged }: FetchState): void {
  challenged.add(origin)
  const [oldest] = challenged
  if (challenged.size > MAX_CHALLENGED && oldest !== undefined) challenged.delete(oldest)
}

/** Whether a request of this hop may have the program's authority: a session, or a login. */
export function whyNotLent(hop: Hop, { config, trust }: FetchState): IamFetchError | undefined {
  const { origin } = hop.url
  if (config.onlyTrusted && !trust.coversOrigin(origin)) {
    return new IamFetchError('ERR_IAM_NOT_TRUSTED', `${origin} asks for a login, and is not trusted.`, {
      origin,
      hint: `onlyTrusted is set. If you mean it: trust: ['${origin}']`,
    })
  }
  if (!hop.isForeign || isSafe(hop.method)) return undefined
  // What SameSite=Lax does in browsers: or any service could have us change something at another.
  return new IamFetchError(
    'ERR_IAM_REDIRECTED',
    `A redirect from another origin led this ${hop.method} to ${origin}.`,
    {
      origin,
      hint: 'Only GET and HEAD are logged in there. Call that URL yourself.',
    },
  )
}

/** The gate is for browsers that pages of others speak through. Here the program speaks: of its headers only cookies matter. */
function exchangeOf(
  { url, method, headers, body }: Hop,
  response: Response,
  { source }: Sent,
  { call, attempt }: { call: Call; attempt: number },
): ChallengedExchange {
  const cookie = headers.get('cookie')
  return {
    origin: url.origin,
    method,
    path: url.pathname + url.search,
    requestRawHeaders: cookie === null ? [] : ['Cookie', cookie],
    responseRawHeaders: rawHeadersOf(response.headers),
    startedAt: call.startedAt,
    attempt,
    // A kept session that was refused is out of the jar already; a newer one there may be tried.
    replayedWith: source === 'kept-session' ? undefined : source,
    replayable: !body.isOneShot,
    signal: call.signal ?? NEVER,
  }
}

const NEVER = new AbortController().signal

function whyNot(exchange: ChallengedExchange, { reasons }: FetchState): IamFetchError | undefined {
  const { origin, method, replayedWith } = exchange
  const reason = reasons.get(exchange)
  if (reason !== undefined) return toIamFetchError(reason)
  if (method === 'OPTIONS') return undefined
  if (replayedWith === 'login') return sessionRefused(origin)
  return new IamFetchError('ERR_IAM_UNEXPECTED', 'The login failed for a reason that nobody thought of.', {
    origin,
    hint: 'Give createIamFetch a `log`, and report what it says.',
  })
}

/** A service that does not take what it has just handed out. */
export function sessionRefused(origin: string): IamFetchError {
  return new IamFetchError('ERR_IAM_SESSION_REFUSED', `${origin} does not take the session it has just given.`, {
    origin,
    hint: 'Several instances of a service need one secret: tell the people who run it.',
  })
}

function timedOut(origin: string): IamFetchError {
  return new IamFetchError('ERR_IAM_LOGIN_TIMEOUT', `The login to ${origin} has taken too long.`, {
    origin,
    hint: 'It may still succeed: call again. The option timeoutMs says how long a call waits.',
  })
}
