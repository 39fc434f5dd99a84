import { type Challenge, DEFAULT_AUTH_PATH, isLoopbackOrigin, parseChallenge } from 'iam-auth-protocol'
import type { ChallengedExchange } from './exchange.js'
import { LoginRefusal } from './refusal.js'
import type { LoginState } from './state.js'
import type { TrustEntry } from './trust.js'

/** The challenge, in a version that may be answered for this origin. @throws ProtocolError */
export function parseOwnChallenge(
  exchange: ChallengedExchange,
  entry: TrustEntry | undefined,
  state: LoginState,
): Challenge {
  const { origin } = exchange
  const allowsVersion1 = entry?.allowsVersion1 === true && !state.seenVersion2.has(origin)
  const challenge = parseChallenge(exchange.responseRawHeaders, {
    origin,
    nowSeconds: Math.floor(state.deps.now() / 1000),
    allowedVersions: allowsVersion1 ? [1, 2] : [2],
    pinnedKeyArn: entry?.key?.arn,
  })
  if (challenge.version === 2) state.seenVersion2.add(origin)
  return challenge
}

/** Steps that depend on the wire: https, loopback, an entry that allows http, or a proof only the realm's own key opens. */
export function requireAcceptableTransport(
  { origin }: ChallengedExchange,
  { version, key, realm }: Challenge,
  entry: TrustEntry | undefined,
): void {
  if (origin.startsWith('https:') || isLoopbackOrigin(origin) || entry?.allowsPlainHttp === true) return
  if (version === 2 && key.account === realm) return
  const options = version === 1 ? ',protocol=1' : `,key=${key.arn}`
  throw new LoginRefusal('ERR_IAM_PLAIN_HTTP', 'This login would go over unencrypted http.', {
    hint: `If the way there is safe (a VPN, a bastion):\niam-auth-proxy --trust ${origin}${options},plain-http`,
  })
}

/** The auth path never asks for a login; a service that does would send us in circles. */
export function requireOutsideAuthPath({ path }: ChallengedExchange, { bound }: Challenge): void {
  if (path.split('?', 1)[0] === (bound?.authPath ?? DEFAULT_AUTH_PATH)) {
    throw new LoginRefusal('ERR_IAM_AUTH_LOOP', 'The service asks for a login at the very place that takes logins.', {
      hint: 'Open the page you wanted again; tell the people who run the service if this goes on.',
    })
  }
}
