import { mentionsIamChallenge } from 'iam-auth-protocol'
import type { ReplaySource } from '../login/exchange.js'
import { mergedCookieHeader } from '../login/replay.js'
import type { ServiceSession } from '../login/sessions.js'
import { MAX_ANSWERS } from '../server/is-challenge.js'
import { type Answered, answerHop, type Sent, sessionRefused, whyNotLent } from './answer.js'
import { NO_BODY } from './body.js'
import type { Call, Hop } from './call.js'
import { discardBody } from './discard.js'
import { freshSession } from './kept-session.js'
import { rawHeadersOf } from './raw-headers.js'
import { IamFetchError } from './refusal.js'
import type { FetchState } from './state.js'
import { waitFor } from './wait.js'

/**
 * One URL, until it answers something else than a challenge that can be answered: with the session kept for its origin,
 * then with that of a login.
 */
export async function sendHop(hop: Hop, call: Call, state: FetchState): Promise<Response> {
  const { origin } = hop.url
  const probed = await loggedInBefore(hop, call, state)
  if (probed !== undefined) return probed
  const lends = whyNotLent(hop, state) === undefined
  let session = lends ? freshSession(origin, state.jar, state.clocks) : undefined
  let cookie = session && cookieWith(hop, session)
  let source: ReplaySource | undefined
  for (let attempt = 0; ; attempt += 1) {
    const response = await transmit(hop, cookie, call, state)
    if (response.status !== 401 || !mentionsIamChallenge(rawHeadersOf(response.headers))) return response
    const answered = await answerOnce(hop, response, { session, source }, { call, attempt, state })
    if (answered.kind === 'refused') return refuse(response, answered.error, state)
    await discardBody(response)
    await requireWholeBody(hop, call, state)
    ;({ cookie, source } = answered)
    session = source === 'nothing-new' ? undefined : state.jar.get(origin)
  }
}

/** Who sends what cannot be sent twice to a service that asks for logins, makes sure of a session first, by a HEAD. */
async function loggedInBefore(hop: Hop, call: Call, state: FetchState): Promise<Response | undefined> {
  const { origin } = hop.url
  const isKnown = state.challenged.has(origin) || state.trust.coversOrigin(origin)
  if (!hop.body.isOneShot || !isKnown || whyNotLent(hop, state) !== undefined) return undefined
  if (freshSession(origin, state.jar, state.clocks) !== undefined) return undefined
  const headers = new Headers(hop.headers)
  for (const name of [...headers.keys()].filter((name) => name.startsWith('content-'))) headers.delete(name)
  const response = await sendHop({ ...hop, method: 'HEAD', headers, body: NO_BODY }, call, state)
  if (state.refusals.has(response)) return response
  await discardBody(response)
  return undefined
}

function cookieWith({ headers }: Hop, { pairs }: ServiceSession): string {
  return mergedCookieHeader(['Cookie', headers.get('cookie') ?? ''], pairs)
}

function transmit(hop: Hop, cookie: string | undefined, call: Call, { fetch }: FetchState): Promise<Response> {
  const { url, method, body } = hop
  const headers = new Headers(hop.headers)
  if (cookie !== undefined && cookie !== '') headers.set('cookie', cookie)
  const taken = body.take()
  return fetch(url.href, {
    ...call.init,
    method,
    headers,
    redirect: call.redirect === 'follow' ? 'manual' : call.redirect,
    ...(call.signal && { signal: call.signal }),
    // Where a stream is sent, fetch wants to be told that the answer comes after it.
    ...(taken !== null && { body: taken, duplex: 'half' as const }),
  })
}

async function answerOnce(
  hop: Hop,
  response: Response,
  sent: Sent,
  { call, attempt, state }: { call: Call; attempt: number; state: FetchState },
): Promise<Answered> {
  if (attempt >= MAX_ANSWERS) return { kind: 'refused', error: sessionRefused(hop.url.origin) }
  return answerHop(hop, response, sent, { call, attempt, state })
}

async function refuse(response: Response, error: IamFetchError | undefined, state: FetchState): Promise<Response> {
  if (error === undefined) return response
  if (state.config.onRefusal === 'throw') {
    await discardBody(response)
    throw error
  }
  state.refusals.set(response, error)
  return response
}

/** The login is made by now, and what was sent with the challenged request is lost. */
async function requireWholeBody({ body, url }: Hop, { signal }: Call, { config }: FetchState): Promise<void> {
  if (!body.isOneShot || (await waitFor(body.isWhole(), { signal, timeoutMs: config.timeoutMs }))) return
  const { origin } = url
  throw new IamFetchError('ERR_IAM_BODY_NOT_KEPT', `${origin} asked for a login after the stream had been sent.`, {
    origin,
    hint:
      'The login is made: call again, with a new stream. Streams above 1 MiB cannot be sent twice, so call ' +
      `\`await iamFetch.login('${origin}')\` before, or name the origin in \`trust\`.`,
  })
}
