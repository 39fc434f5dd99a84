import { type Challenge, DEFAULT_AUTH_PATH, isLoopbackOrigin, ProtocolError, parseChallenge } from 'iam-auth-protocol'
import { describeKeyChange } from '../trust/key-change.js'
import type { Pin, Trust } from '../trust/merge.js'
import { formatTrustCommand } from '../trust/shell.js'
import type { ChallengedExchange } from './exchange.js'
import { namedKey } from './named-key.js'
import { LoginRefusal } from './refusal.js'
import type { LoginState } from './state.js'

/** The challenge, in a version that may be answered for this origin. @throws ProtocolError, LoginRefusal (ERR_IAM_KEY_PIN) */
export function parseOwnChallenge(
  exchange: ChallengedExchange,
  entry: Trust | undefined,
  state: LoginState,
): Challenge {
  const { origin } = exchange
  const allowsVersion1 = entry?.allowsVersion1 === true && !state.seenVersion2.has(origin)
  const pin = entry?.pin
  const challenge = naming(exchange, pin, () =>
    parseChallenge(exchange.responseRawHeaders, {
      origin,
      nowSeconds: Math.floor(state.deps.now() / 1000),
      allowedVersions: allowsVersion1 ? [1, 2] : [2],
      pinnedKeyArn: pin?.kind === 'key' ? pin.value : undefined,
    }),
  )
  // What is below a suffix: the realm's own key, as anywhere without an exact entry, and of the pinned account.
  if (pin?.kind === 'account' && challenge.key.account !== pin.value) throw keyChanged(exchange, pin)
  if (challenge.version === 2) state.seenVersion2.add(origin)
  return challenge
}

/** Which key is pinned and which was named: the protocol's own error does not know where a pin is from. */
function naming(exchange: ChallengedExchange, pin: Pin | undefined, parse: () => Challenge): Challenge {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof ProtocolError && error.code === 'ERR_IAM_KEY_PIN') || pin === undefined) throw error
    throw keyChanged(exchange, pin)
  }
}

function keyChanged({ origin, responseRawHeaders }: ChallengedExchange, pin: Pin): LoginRefusal {
  const { message, hint } = describeKeyChange(origin, pin, namedKey(responseRawHeaders) ?? '')
  return new LoginRefusal('ERR_IAM_KEY_PIN', message, { hint })
}

/** Steps that depend on the wire: https, loopback, an entry that allows http, or a proof only the realm's own key opens. */
export function requireAcceptableTransport(
  { origin }: ChallengedExchange,
  { version, key, realm }: Challenge,
  entry: Trust | undefined,
): void {
  if (origin.startsWith('https:') || isLoopbackOrigin(origin) || entry?.allowsPlainHttp === true) return
  if (version === 2 && key.account === realm) return
  const options = version === 1 ? ['--protocol', '1'] : ['--key', key.arn]
  throw new LoginRefusal('ERR_IAM_PLAIN_HTTP', 'This login would go over unencrypted http.', {
    hint: `If the way there is safe (a VPN, a bastion):\n${formatTrustCommand('add', origin, ...options, '--plain-http')}`,
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
