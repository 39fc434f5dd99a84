import type { ServerResponse } from 'node:http'
import {
  addBounceMark,
  dropBounceMark,
  formatAmzDate,
  hasBounceMark,
  identityRequestHeaders,
  KMS_MAX_CIPHERTEXT_BYTES,
  parseBase64,
  parseSessionTokenProof,
  type SessionTokenProof,
  safeReturnUrl,
  signIdentityRequest,
} from 'iam-auth-protocol'
import type { IssuedChallenge } from '../challenges.js'
import type { SignedIdentityRequest } from '../deps.js'
import { clientAddress, type IamAuthRequest, parseTarget } from '../http/request-facts.js'
import type { IamIdentity } from '../identity.js'
import { LoginRefusal } from '../refusal.js'
import { sendRedirect } from '../respond/send.js'
import { hmacSha256, sha256 } from '../secrets.js'
import type { Service } from '../service.js'
import { bindChallenge } from './bound-challenge.js'
import { requireAllowed, requireCaller } from './caller.js'
import { cookieChallenge, setChallengeCookie } from './challenge.js'
import { consumeChallenge, decryptBound } from './checks.js'
import { openSession, reportLogin } from './login.js'

/**
 * `GET <authPath>?return_url=…&token=…`, version 1: only wired where the option `protocols` offers it. A token that comes
 * without its challenge's cookie is never decrypted; the browser is sent round once more, with one.
 *
 * @throws LoginRefusal, ProtocolError
 */
export async function loginOriginal(
  req: IamAuthRequest,
  res: ServerResponse,
  origin: string,
  service: Service,
): Promise<void> {
  const { token, returnUrl } = parseQuery(req, origin, service.config.authPath)
  if ((await service.sessions.read(req.headers.cookie, origin)) !== undefined) {
    sendRedirect(res, dropBounceMark(returnUrl)) // a link must not make somebody else of who is signed in
    return
  }
  const challenge = cookieChallenge(req, origin, service)
  if (challenge === undefined) {
    bounce(res, returnUrl, origin, service)
    return
  }
  const identity = await service.concurrency.run(() => {
    service.rateLimit.take(clientAddress(req))
    return verifyOriginal(token, challenge, origin, service)
  })
  openSession(res, identity, origin, service)
  reportLogin(identity, 1, origin, service)
  sendRedirect(res, dropBounceMark(returnUrl))
}

/** The list of version 1, in the order of version 2's. */
async function verifyOriginal(
  token: Uint8Array,
  challenge: IssuedChallenge,
  origin: string,
  service: Service,
): Promise<IamIdentity> {
  const { config, deps, sessions, store } = service
  const bound = bindChallenge(challenge, origin, await service.keyArn(), config)
  await consumeChallenge(challenge, store)
  const { plaintext } = await decryptBound(token, bound, deps)
  const proof = parseSessionTokenProof(Buffer.from(plaintext).toString('latin1')) // by its schema it is ASCII
  const accessKey = accessKeyStoreId(proof, origin)
  if (await store.used(accessKey)) throw accessKeyUsed()
  const caller = await deps.whoAmI(signFor(proof, config.stsRegions[0], deps.now()))
  requireCaller(caller, config)
  const identity = sessions.identify(caller)
  requireAllowed(identity, config.allow)
  await consumeAccessKey(accessKey, service)
  return identity
}

/** The overhead of the JSON alone is 152 bytes: nothing smaller can be the ciphertext of credentials. */
const MIN_CIPHERTEXT_BYTES = 153

function parseQuery(req: IamAuthRequest, origin: string, authPath: string) {
  const query = new URLSearchParams(parseTarget(req)?.query ?? '')
  const [token = '', ...moreTokens] = query.getAll('token')
  const [returnPath, ...moreReturnPaths] = query.getAll('return_url')
  if (moreTokens.length > 0 || moreReturnPaths.length > 0) throw malformed('a parameter stands twice')
  return { token: parseToken(token), returnUrl: safeReturnUrl(returnPath, origin, authPath) }
}

function parseToken(text: string): Uint8Array {
  const bytes = text.length > 2 * KMS_MAX_CIPHERTEXT_BYTES ? new Uint8Array() : decode(text)
  if (bytes.length < MIN_CIPHERTEXT_BYTES || bytes.length > KMS_MAX_CIPHERTEXT_BYTES) {
    throw malformed('the token is not of a size that KMS makes')
  }
  return bytes
}

function decode(text: string): Uint8Array {
  try {
    return parseBase64(text)
  } catch (cause) {
    throw malformed('the token is not base64', cause)
  }
}

function malformed(what: string, cause?: unknown): LoginRefusal {
  return new LoginRefusal('ERR_IAM_QUERY', what, { cause })
}

/** The original client drops a 401's cookie, so it gets one here, where it follows the redirect; once (PROTOCOL.md §1). */
function bounce(res: ServerResponse, returnUrl: string, origin: string, service: Service): void {
  if (hasBounceMark(returnUrl)) throw new LoginRefusal('ERR_IAM_BOUNCED', 'came back without the cookie: it takes none')
  setChallengeCookie(res, service.challenges.mint(), origin, service)
  sendRedirect(res, addBounceMark(returnUrl))
}

/** What GetSessionToken's credentials live at most (STS API reference): a token's own expiry is the client's word. */
const ACCESS_KEY_SECONDS = 129_600

/**
 * Each GetSessionToken makes a new key, so the same one under a new challenge is a replay. Only those of people who may
 * come in are remembered: it is for a day and a half, and whoever may encrypt can make up any number of others.
 */
async function consumeAccessKey(storeId: string, { deps, store }: Service): Promise<void> {
  const untilSeconds = Math.floor(deps.now() / 1000) + ACCESS_KEY_SECONDS
  if (!(await store.consume(storeId, untilSeconds))) throw accessKeyUsed()
}

function accessKeyStoreId({ accessKeyId }: SessionTokenProof, origin: string): string {
  return `access-key:${origin}:${accessKeyId}`
}

function accessKeyUsed(): LoginRefusal {
  return new LoginRefusal('ERR_IAM_ACCESS_KEY_USED', 'these credentials have logged in before')
}

function signFor(proof: SessionTokenProof, region: string, nowMs: number): SignedIdentityRequest {
  const { accessKeyId, secretAccessKey, sessionToken } = proof
  const request = { region, date: formatAmzDate(nowMs), accessKeyId, sessionToken, binding: undefined }
  const signature = signIdentityRequest(request, secretAccessKey, { sha256, hmacSha256 })
  return { region, headers: identityRequestHeaders(request, signature) }
}
