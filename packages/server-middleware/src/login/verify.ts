import { type LoginRequest, parseLoginRequest, parseSignedIdentity } from 'iam-auth-protocol'
import type { IssuedChallenge } from '../challenges.js'
import { readBody } from '../http/read-body.js'
import { clientAddress, type IamAuthRequest } from '../http/request-facts.js'
import { requireJson, requireMethod, requireSameSite } from '../http/requirements.js'
import type { IamIdentity } from '../identity.js'
import type { Service } from '../service.js'
import { bindChallenge } from './bound-challenge.js'
import { requireAllowed, requireCaller } from './caller.js'
import {
  consumeChallenge,
  openDataKey,
  openSeal,
  rebuildRequest,
  requireRecentDate,
  requireStsRegion,
} from './checks.js'

/**
 * THE LIST: what a version-2 login passes, in the order of PROTOCOL.md §2.5. Up to `consumeChallenge` it is all local and
 * costs nothing; a challenge that got there is spent, whatever comes of it.
 *
 * @throws LoginRefusal, ProtocolError: the code of the first check that fails
 */
export async function verify(req: IamAuthRequest, origin: string, service: Service): Promise<IamIdentity> {
  const { challenges, concurrency, rateLimit } = service
  requireMethod(req, 'POST')
  requireJson(req)
  const login = parseLoginRequest(await readBody(req))
  requireSameSite(req, origin)
  const challenge = challenges.requireCookie(req.headers.cookie, origin, login.challenge)
  return concurrency.run(() => {
    rateLimit.take(clientAddress(req))
    return verifyProof(login, challenge, origin, service)
  })
}

/** The rest of it, which AWS has a part in. */
async function verifyProof(
  login: LoginRequest,
  challenge: IssuedChallenge,
  origin: string,
  service: Service,
): Promise<IamIdentity> {
  const { config, deps, sessions } = service
  const bound = bindChallenge(challenge, origin, await service.keyArn(), config)
  await consumeChallenge(challenge, service.store)
  const dataKey = await openDataKey(login, bound, deps)
  const proof = parseSignedIdentity(openSeal(login, dataKey, bound.binding))
  requireStsRegion(proof, config.stsRegions)
  requireRecentDate(proof, deps.now())
  const caller = await deps.whoAmI(rebuildRequest(proof, bound.binding))
  requireCaller(caller, config)
  const identity = sessions.identify(caller)
  requireAllowed(identity, config.allow)
  return identity
}
