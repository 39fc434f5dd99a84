import { type Challenge, DEFAULT_AUTH_PATH } from 'iam-auth-protocol'
import type { Caller } from '../credentials/caller.js'
import type { CredentialSources } from '../credentials/choose.js'
import { postProof, redeemToken } from './deliver.js'
import type { ChallengedExchange } from './exchange.js'
import { isNavigation } from './gate.js'
import { encryptSessionToken } from './proofs/session-token.js'
import { sealSignedIdentity } from './proofs/signed-identity.js'
import { authCall, redirectToAuth } from './redirect.js'
import { LoginRefusal } from './refusal.js'
import type { LoginDeps, LoginResult, LoginState } from './state.js'

/** A challenge older than this when the credentials are there is asked for again (MFA and sign-ins take their time). */
const STALE_AFTER_MS = 90_000
/** A page asked for again this soon after its redirect has not taken the cookie. */
const REDIRECT_LOOP_MS = 10_000
/** Refusals that another identity would not have got. */
const ABOUT_THE_PERSON: readonly string[] = ['ERR_IAM_ENCRYPT_DENIED', 'ERR_IAM_SERVICE_REFUSED']

/**
 * One login an origin at a time, within the budget; who comes meanwhile gets its result.
 * Rejects with a LoginRefusal or ProtocolError.
 */
export async function logInOnce(
  exchange: ChallengedExchange,
  challenge: Challenge,
  state: LoginState,
): Promise<LoginResult> {
  // A redirect belongs to one page load: it carries that page's path, and the browser keeps the cookie.
  const redirects = challenge.version === 1 && isNavigation(exchange)
  if (redirects) return countFailures(exchange, state, () => logIn(exchange, challenge, state))
  return state.flights.run(exchange.origin, () =>
    countFailures(exchange, state, () => logIn(exchange, challenge, state)),
  )
}

async function countFailures(
  { origin }: ChallengedExchange,
  { budget }: LoginState,
  attempt: () => Promise<LoginResult>,
): Promise<LoginResult> {
  if (!budget.allows(origin)) {
    throw new LoginRefusal('ERR_IAM_BUDGET', 'Several logins in a row have failed here, so this one was not tried.', {
      hint: 'Wait a minute, then reload. The log of the proxy says why the earlier ones failed.',
    })
  }
  try {
    const result = await attempt()
    if (result.kind === 'session') budget.succeeded(origin)
    return result
  } catch (error) {
    // That nobody has typed a code is no fault of the service.
    if (!(error instanceof LoginRefusal && error.code === 'ERR_IAM_MFA')) budget.failed(origin)
    throw error
  }
}

async function logIn(exchange: ChallengedExchange, challenge: Challenge, state: LoginState): Promise<LoginResult> {
  const { origin } = exchange
  const { deps } = state
  const challengedAt = deps.monotonicMs()
  const caller = await identify(challenge, deps)
  if (deps.monotonicMs() - challengedAt > STALE_AFTER_MS) return { kind: 'stale' }
  const { arn } = caller.principal
  const result = await naming(arn, origin, () => prove(exchange, challenge, caller, state))
  deps.log.info({ origin, arn, version: challenge.version, key: challenge.key.keyId.slice(-4) }, 'login answered')
  deps.observer?.loggedIn({ origin, version: challenge.version, arn })
  if (result.kind === 'session') state.jar.put(origin, result.session)
  return result
}

/** Whether a login with this challenge would have to wait for credentials that are being fetched. */
export function waitsForCredentials({ version }: Challenge, credentials: CredentialSources): boolean {
  if (version !== 1) return credentials.identity.isPending()
  return credentials.sessionToken.isPending() || credentials.encryptor?.isPending() === true
}

/** Credentials, and with those same ones who they are: of the realm, or nothing is proved and KMS is not asked. */
async function identify({ version, realm, key }: Challenge, { credentials }: LoginDeps): Promise<Caller> {
  const source = version === 1 ? credentials.sessionToken : credentials.identity
  const caller = await forgetting(source, () => source(key.region))
  const { account, partition, arn } = caller.principal
  if (account !== realm || partition !== key.partition) {
    throw new LoginRefusal('ERR_IAM_REALM_MISMATCH', `You are ${arn}; this service is for account ${realm}.`, {
      hint: `Start the proxy with credentials of account ${realm} (\`--profile NAME\`, or \`--assume-role-arn ARN\`).`,
    })
  }
  return caller
}

async function prove(
  exchange: ChallengedExchange,
  challenge: Challenge,
  caller: Caller,
  state: LoginState,
): Promise<LoginResult> {
  const { deps } = state
  const { bound } = challenge
  if (challenge.version === 2 && bound !== undefined) {
    const body = await forgetting(deps.credentials.identity, () =>
      sealSignedIdentity({ ...challenge, bound }, exchange.origin, caller.credentials, deps),
    )
    const login = { authPath: bound.authPath, body, challengeCookie: bound.cookie }
    return { kind: 'session', session: await postProof(exchange, login, deps) }
  }
  const encryptor = (await deps.credentials.encryptor?.()) ?? caller.credentials
  const token = await forgetting(deps.credentials.encryptor ?? deps.credentials.sessionToken, () =>
    encryptSessionToken(challenge, caller.credentials, encryptor, deps.encrypt),
  )
  const call = authCall(bound?.authPath ?? DEFAULT_AUTH_PATH, exchange.path, token)
  if (isNavigation(exchange) && exchange.method === 'GET') {
    noteRedirect(exchange, state)
    return { kind: 'redirect', rawHeaders: redirectToAuth(exchange, call) }
  }
  return { kind: 'session', session: await redeemToken(exchange, call, deps) }
}

/** Who is not let in wants to know as whom: often it is the wrong profile. And the service's people have to be told. */
async function naming<T>(arn: string, origin: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!(error instanceof LoginRefusal && ABOUT_THE_PERSON.includes(error.code))) throw error
    const { code, message, cause } = error
    const hint = code === 'ERR_IAM_SERVICE_REFUSED' ? `${error.hint}\n${origin} does not let ${arn} in.` : error.hint
    throw new LoginRefusal(code, `${message} You are ${arn}.`, { hint, cause })
  }
}

/** Nobody tells us whether a redirect led to a session; the same page again at once says that it did not. */
function noteRedirect({ origin, path }: ChallengedExchange, { lastRedirects, budget, deps }: LoginState): void {
  const last = lastRedirects.get(origin)
  const at = deps.monotonicMs()
  if (last?.path === path && at - last.at < REDIRECT_LOOP_MS) budget.failed(origin)
  lastRedirects.set(origin, { path, at })
}

/** Credentials that AWS calls expired or unknown are not used again. */
async function forgetting<T>(source: { forget(): void }, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    const code = error instanceof LoginRefusal ? error.code : ''
    if (code === 'ERR_IAM_CREDENTIALS_EXPIRED' || code === 'ERR_IAM_CREDENTIALS_INVALID') source.forget()
    throw error
  }
}
