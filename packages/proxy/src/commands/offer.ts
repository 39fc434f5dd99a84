import { type Challenge, mentionsIamChallenge, ProtocolError, parseChallenge } from 'iam-auth-protocol'
import { ConfigError } from '../config/config.js'
import { parseSocksProxy, socksOption } from '../config/socks-proxy.js'
import { type RouteSources, readRoutes } from '../config/upstream-proxy.js'
import type { OriginResponse, SendToOrigin } from '../login/exchange.js'
import { namedKey } from '../login/named-key.js'
import { explainProtocolError } from '../pages/explain.js'
import { createDestinationPolicy } from '../server/destinations.js'
import { refusalFor } from '../server/statuses.js'
import { createUpstream, type UpstreamOptions } from '../upstream/upstream.js'
import { readVersion } from '../version.js'
import { CommandFailure } from './failure.js'

/** What a service answers a stranger: its challenge, checked, or none. */
export type Offer =
  | { readonly kind: 'challenge'; readonly challenge: Challenge }
  | { readonly kind: 'none'; readonly status: number; readonly leadsTo: string | undefined }

/** A `fetchOffer` over connections of its own. The person named the origin, so it is asked wherever it is. */
export function createOfferFetch(way: RouteSources): (origin: string, path: string) => Promise<Offer> {
  return async (origin, path) => {
    const destinationPolicy = createDestinationPolicy({ allowLoopback: true, isTrusted: () => true })
    const upstream = createUpstream({ destinationPolicy, ...readWay(way) })
    const userAgent = `iam-auth-proxy/${readVersion()}`
    try {
      return await fetchOffer(origin, path, { send: upstream.sendToOrigin, now: Date.now, userAgent })
    } finally {
      upstream.close()
    }
  }
}

/** What asking needs from outside. */
export interface Asking {
  readonly send: SendToOrigin
  /** ms since 1970 */
  readonly now: () => number
  readonly userAgent: string
}

const TIMEOUT_MS = 15_000

/**
 * Asks for one page without any credential, and reads the challenge as a login would. Rejects with CommandFailure where
 * nobody answers, or the challenge is not one that a login could follow.
 */
export async function fetchOffer(origin: string, path: string, asking: Asking): Promise<Offer> {
  const response = await ask(origin, path, asking)
  const { status, rawHeaders } = response
  if (status !== 401 || !mentionsIamChallenge(rawHeaders)) {
    return { kind: 'none', status, leadsTo: otherOrigin(response, origin) }
  }
  try {
    const nowSeconds = Math.floor(asking.now() / 1000)
    // Taken as if it were pinned: whether it is to be is what the person is about to say.
    const expected = { origin, nowSeconds, allowedVersions: [1, 2], pinnedKeyArn: namedKey(rawHeaders) }
    return { kind: 'challenge', challenge: parseChallenge(rawHeaders, expected) }
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    if (cause.code === 'ERR_IAM_VERSION_NOT_ALLOWED') {
      throw new CommandFailure(`${origin} asks for a version that this program does not know`, { cause })
    }
    const { message, hint } = explainProtocolError(cause, { origin, responseRawHeaders: rawHeaders, now: asking.now() })
    throw new CommandFailure(`${message} (${cause.code})\n${hint}`, { cause })
  }
}

function readWay(way: RouteSources): Pick<UpstreamOptions, 'socks' | 'routes'> {
  const reading = <T>(flag: string, read: () => T): T => {
    try {
      return read()
    } catch (error) {
      throw new ConfigError([`${flag}: ${(error as Error).message}`])
    }
  }
  const socks = reading('--socks-proxy', () => parseSocksProxy(way.flags.socksProxy))
  return { ...socksOption(socks), routes: reading('--upstream-proxy', () => readRoutes(way)) }
}

async function ask(origin: string, path: string, { send, userAgent }: Asking): Promise<OriginResponse> {
  const { host } = new URL(origin)
  const rawHeaders = ['Host', host, 'User-Agent', userAgent, 'Accept', '*/*']
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    return await send({ origin, method: 'GET', path, rawHeaders, signal, timeoutMs: TIMEOUT_MS })
  } catch (cause) {
    throw new CommandFailure(refusalFor(cause as Error, host).line, { cause })
  }
}

function otherOrigin({ rawHeaders }: OriginResponse, origin: string): string | undefined {
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'location')
  const location = at < 0 ? undefined : rawHeaders[at + 1]
  if (location === undefined || !URL.canParse(location, origin)) return undefined
  const { origin: other } = new URL(location, origin)
  return other === origin || other === 'null' ? undefined : other
}
