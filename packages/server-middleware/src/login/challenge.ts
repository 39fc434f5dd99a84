import type { ServerResponse } from 'node:http'
import { formatChallengeSetCookie, ProtocolError } from 'iam-auth-protocol'
import type { IssuedChallenge } from '../challenges.js'
import type { IamAuthRequest } from '../http/request-facts.js'
import { LoginRefusal } from '../refusal.js'
import { sendLoginRequired } from '../respond/send.js'
import type { Service } from '../service.js'
import { bindChallenge } from './bound-challenge.js'
import { challengeStoreId } from './checks.js'

/** No session → 401 with a challenge, and its cookie. @throws LoginRefusal ERR_IAM_KEY_UNRESOLVED, ERR_IAM_STORE_UNAVAILABLE */
export async function challenge(
  req: IamAuthRequest,
  res: ServerResponse,
  origin: string,
  service: Service,
): Promise<void> {
  const keyArn = await service.keyArn()
  const offered = (await repeatable(req, origin, service)) ?? service.challenges.mint()
  for (const [name, value] of bindChallenge(offered, origin, keyArn, service.config).headers) res.setHeader(name, value)
  setChallengeCookie(res, offered, origin, service)
  sendLoginRequired(req, res, origin)
}

export function setChallengeCookie(
  res: ServerResponse,
  offered: IssuedChallenge,
  origin: string,
  service: Service,
): void {
  const { challenges } = service
  const value = challenges.formatCookie(offered, origin)
  res.appendHeader('Set-Cookie', formatChallengeSetCookie(origin, value, challenges.secondsLeft(offered)))
}

const MIN_SECONDS_LEFT = 30

/**
 * The challenge whose cookie the client has already, for the sake of version 1 alone: the original client drops a 401's
 * cookie, so the one it got at `/auth` must be good for the token it makes next (PROTOCOL.md §1, §3).
 */
async function repeatable(req: IamAuthRequest, origin: string, service: Service): Promise<IssuedChallenge | undefined> {
  const { config, challenges, store } = service
  if (!config.protocols.includes(1)) return undefined
  const held = cookieChallenge(req, origin, service)
  if (held === undefined || challenges.secondsLeft(held) < MIN_SECONDS_LEFT) return undefined
  return (await store.used(challengeStoreId(held.id))) ? undefined : held
}

/** The challenge of a valid cookie, or undefined where there is none. */
export function cookieChallenge(
  req: IamAuthRequest,
  origin: string,
  { challenges }: Service,
): IssuedChallenge | undefined {
  try {
    return challenges.requireCookie(req.headers.cookie, origin)
  } catch (error) {
    if (error instanceof LoginRefusal || error instanceof ProtocolError) return undefined
    throw error
  }
}
