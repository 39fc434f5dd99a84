import { formatCookieHeader, headerValues } from 'iam-auth-protocol'
import type { ChallengedExchange, OriginResponse, SendToOrigin } from './exchange.js'
import { LoginRefusal } from './refusal.js'
import { clientCookies } from './replay.js'
import { type ServiceSession, sessionFrom } from './sessions.js'

/** ms a service has to check a proof: it asks KMS and STS meanwhile. */
const LOGIN_TIMEOUT_MS = 20_000

export interface Delivery {
  readonly send: SendToOrigin
  readonly monotonicMs: () => number
  readonly userAgent: string
}

/**
 * Version 2: POST of the sealed proof to the service's own origin, with the challenge's cookie. Only 204 with a cookie is a
 * login; no redirect is followed.
 */
export async function postProof(
  exchange: ChallengedExchange,
  login: {
    readonly authPath: string
    readonly body: string
    readonly challengeCookie: { name: string; value: string }
  },
  delivery: Delivery,
): Promise<ServiceSession> {
  const cookie = formatCookieHeader([...clientCookies(exchange.requestRawHeaders), login.challengeCookie])
  const rawHeaders = [
    ...ownHeaders(exchange, delivery),
    ...['Content-Type', 'application/json', 'Origin', exchange.origin, 'Cookie', cookie],
  ]
  const request = { method: 'POST' as const, path: login.authPath, rawHeaders, body: login.body }
  const response = await send(exchange, request, delivery)
  const session = response.status === 204 ? sessionOf(response, delivery) : undefined
  return session ?? refused(response)
}

/** Version 1, redeemed by the proxy itself: GET of the auth path with the token; a redirect with a cookie is a login. */
export async function redeemToken(
  exchange: ChallengedExchange,
  authPathAndQuery: string,
  delivery: Delivery,
): Promise<ServiceSession> {
  const cookies = clientCookies(exchange.requestRawHeaders)
  const cookie = cookies.length === 0 ? [] : ['Cookie', formatCookieHeader(cookies)]
  const rawHeaders = [...ownHeaders(exchange, delivery), ...cookie]
  const response = await send(exchange, { method: 'GET' as const, path: authPathAndQuery, rawHeaders }, delivery)
  const session = [301, 302, 303].includes(response.status) ? sessionOf(response, delivery) : undefined
  return session ?? refused(response)
}

type OwnRequest = Omit<Parameters<SendToOrigin>[0], 'origin' | 'signal' | 'timeoutMs'>

async function send(exchange: ChallengedExchange, request: OwnRequest, delivery: Delivery): Promise<OriginResponse> {
  try {
    // Not the client's own signal: others wait for the same login, and it is over in seconds.
    const signal = AbortSignal.timeout(LOGIN_TIMEOUT_MS)
    return await delivery.send({ ...request, origin: exchange.origin, signal, timeoutMs: LOGIN_TIMEOUT_MS })
  } catch (cause) {
    throw new LoginRefusal('ERR_IAM_SERVICE_UNAVAILABLE', 'The service did not answer the login.', {
      hint: 'Try again. If it goes on, tell the people who run it.',
      cause,
    })
  }
}

function ownHeaders({ origin }: ChallengedExchange, { userAgent }: Delivery): string[] {
  return ['Host', new URL(origin).host, 'User-Agent', userAgent, 'Accept', '*/*']
}

function sessionOf(response: OriginResponse, { monotonicMs }: Delivery): ServiceSession | undefined {
  return sessionFrom(headerValues(response.rawHeaders, 'set-cookie'), monotonicMs())
}

function refused({ status }: OriginResponse): never {
  if (status === 429 || status >= 500) {
    throw new LoginRefusal('ERR_IAM_SERVICE_UNAVAILABLE', `The service cannot check logins right now (${status}).`, {
      hint: 'It cannot ask AWS, or too many log in at once. Try again in a moment; tell the people who run it if it goes on.',
    })
  }
  throw new LoginRefusal(
    'ERR_IAM_SERVICE_REFUSED',
    `AWS knows you, but the service did not accept the login (${status}).`,
    {
      hint: 'If that is the wrong identity, start the proxy with another `--profile`. Else ask the people who run the service to let it in (`allow`); its log has the reason. Send them this:',
    },
  )
}
