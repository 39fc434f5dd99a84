import { type CookiePair, ProtocolError } from 'iam-auth-protocol'
import { createAttemptBudget } from './budget.js'
import { parseOwnChallenge, requireAcceptableTransport, requireOutsideAuthPath } from './checks.js'
import type { ChallengeAnswer, ChallengedExchange, LoginLayer } from './exchange.js'
import { createSingleFlight } from './flights.js'
import { mayBeFramed, mayLogIn } from './gate.js'
import { logInOnce, waitsForCredentials } from './log-in.js'
import { LoginRefusal } from './refusal.js'
import { clientCookies, mergedCookieHeader } from './replay.js'
import { createSeenVersion2 } from './seen-version2.js'
import { createSessionJar, type ServiceSession, type SessionJar } from './sessions.js'
import type { LoginDeps, LoginState } from './state.js'
import { tellRefusal } from './tell-refusal.js'
import { untilDoneOrAsked } from './while-asked.js'

/** The sessions that the proxy keeps for clients without cookies. */
export interface KeptSessions {
  has(origin: string): boolean
  /** The next request of such a client logs in again, whatever failed before. */
  forget(origin: string): void
}

/**
 * The login layer of one proxy. Nothing is loaded and nobody is asked before a challenge has passed every check.
 *
 * @param jar where sessions are kept: for those who send them along before they are asked
 */
export function createLoginLayer(
  deps: LoginDeps,
  jar: SessionJar = createSessionJar(),
): LoginLayer & { readonly sessions: KeptSessions } {
  const state: LoginState = {
    deps,
    jar,
    budget: createAttemptBudget(deps.monotonicMs),
    seenVersion2: createSeenVersion2((origin) => deps.trust.entryFor(origin)?.allowsVersion1 === true),
    lastRedirects: new Map(),
    flights: createSingleFlight(),
  }
  const { budget } = state
  const forget = (origin: string) => {
    jar.drop(origin)
    budget.forget(origin)
  }
  return {
    answer: (exchange) => answerOrExplain(exchange, state),
    sessions: { has: (origin) => jar.get(origin) !== undefined, forget },
  }
}

async function answerOrExplain(exchange: ChallengedExchange, state: LoginState): Promise<ChallengeAnswer> {
  try {
    return await answerChallenge(exchange, state)
  } catch (error) {
    if (error instanceof LoginRefusal || error instanceof ProtocolError) return tellRefusal(error, exchange, state.deps)
    state.deps.log.error({ origin: exchange.origin, error: (error as Error).name }, 'login failed unexpectedly')
    return { kind: 'pass' }
  }
}

/**
 * The life of a challenged request, in the order of PROTOCOL.md ("The proxy's order of checks"). The listener and the data
 * path have seen to the client and the URL; nothing before `identify` loads a credential or asks AWS.
 */
async function answerChallenge(exchange: ChallengedExchange, state: LoginState): Promise<ChallengeAnswer> {
  const { origin } = exchange
  const entry = state.deps.trust.entryFor(origin)
  if (!mayLogIn(exchange)) return { kind: 'pass' }
  noteRejectedReplay(exchange, state)
  if (exchange.replayedWith === 'login') return { kind: 'pass' }
  const kept = keptSession(exchange, state.jar)
  if (kept !== undefined) return replay(exchange, kept, 'kept-session')
  const challenge = parseOwnChallenge(exchange, entry, state)
  requireAcceptableTransport(exchange, challenge, entry)
  requireOutsideAuthPath(exchange, challenge)
  const result = await untilDoneOrAsked(
    exchange,
    logInOnce(exchange, challenge, state),
    () => waitsForCredentials(challenge, state.deps.credentials),
    state.deps,
  )
  if (result.kind === 'asked') return result.answer
  if (result.kind === 'session') return replay(exchange, result.session, 'login')
  if (result.kind === 'redirect') return { kind: 'respond', status: 302, rawHeaders: result.rawHeaders, body: '' }
  return askAgain(exchange)
}

/** A 401 to a replay: the session kept is worth nothing, or the one just made is not accepted. */
function noteRejectedReplay({ origin, replayedWith }: ChallengedExchange, { jar, budget, deps }: LoginState): void {
  if (replayedWith === 'kept-session') jar.drop(origin)
  if (replayedWith !== 'login') return
  jar.drop(origin)
  budget.failed(origin)
  deps.log.warn({ origin }, 'the service answered 401 to a request with the session it had just issued')
}

/** ms after a login in which a browser may still send what it had in its queue, with the cookies of before. */
const SETTLING_MS = 30_000

/**
 * A session that answers this 401 without a login: for clients that keep no cookies, and for requests that were already
 * under way when another one logged in. Twenty tabs of a laptop that wakes are one login.
 */
function keptSession(exchange: ChallengedExchange, jar: SessionJar): ServiceSession | undefined {
  if (exchange.replayedWith !== undefined) return undefined
  const session = jar.get(exchange.origin)
  if (session === undefined) return undefined
  const cookies = clientCookies(exchange.requestRawHeaders)
  if (cookies.length === 0 || session.obtainedAt > exchange.startedAt) return session
  const mayBeQueued = exchange.startedAt - session.obtainedAt < SETTLING_MS
  return mayBeQueued && !isSessionOf(cookies, session) ? session : undefined
}

/** The very session was sent, so it is what the service has refused. */
function isSessionOf(cookies: readonly CookiePair[], { pairs }: ServiceSession): boolean {
  return pairs.every(({ name, value }) => cookies.some((own) => own.name === name && own.value === value))
}

/** A service that says itself who may frame it (here, or by `frame-ancestors`, which beats this) is not overruled. */
const NOT_FRAMED = ['X-Frame-Options', 'SAMEORIGIN'] as const

function replay(
  exchange: ChallengedExchange,
  session: ServiceSession,
  source: 'kept-session' | 'login',
): ChallengeAnswer {
  const cookie = mergedCookieHeader(exchange.requestRawHeaders, session.pairs)
  const defaultHeaders = mayBeFramed(exchange) ? NOT_FRAMED : []
  return { kind: 'replay', source, cookie, setCookieLines: session.setCookieLines, defaultHeaders }
}

/** The same request once more, for a fresh challenge. */
function askAgain({ requestRawHeaders }: ChallengedExchange): ChallengeAnswer {
  const cookie = mergedCookieHeader(requestRawHeaders, [])
  return { kind: 'replay', source: 'nothing-new', cookie, setCookieLines: [], defaultHeaders: [] }
}
