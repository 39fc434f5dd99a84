import { timingSafeEqual } from 'node:crypto'
import {
  CHALLENGE_SECONDS,
  challengeCookieName,
  challengeMacInput,
  formatBase64Url,
  formatChallengeCookieValue,
  formatChallengeId,
  isChallengeCookieName,
  parseBase64Url,
  parseChallengeCookieValue,
  parseChallengeId,
  parseCookieHeader,
} from 'iam-auth-protocol'
import { LoginRefusal } from './refusal.js'
import { type DerivedKeys, hmacSha256 } from './secrets.js'

/** How far ahead another instance's clock may be. */
const FUTURE_SECONDS = 60

/** One login's number: in the 401, in its cookie, in the encryption context, in the binding. */
export interface IssuedChallenge {
  readonly id: string
  /** Unix seconds from which it is refused. */
  readonly expSeconds: number
}

/** Stateless: any instance with the secret verifies any other's challenges (PROTOCOL.md §3). */
export interface Challenges {
  mint(): IssuedChallenge
  /** The cookie's value, under the newest secret. */
  formatCookie(challenge: IssuedChallenge, origin: string): string
  /**
   * The challenge of the one challenge cookie; `expectedId` is the one that a proof names.
   *
   * @throws LoginRefusal ERR_IAM_CHALLENGE_COOKIE, _MAC, _MISMATCH, _EXPIRED; ProtocolError ERR_IAM_CHALLENGE_COOKIE
   */
  requireCookie(cookieHeader: string | undefined, origin: string, expectedId?: string): IssuedChallenge
  secondsLeft(challenge: IssuedChallenge): number
}

export interface ChallengesOptions {
  /** Newest first. */
  readonly keys: readonly [DerivedKeys, ...DerivedKeys[]]
  readonly now: () => number
  readonly randomBytes: (length: number) => Uint8Array
}

export function createChallenges({ keys, now, randomBytes }: ChallengesOptions): Challenges {
  const nowSeconds = () => Math.floor(now() / 1000)
  return {
    mint: () => issued(formatChallengeId(nowSeconds(), randomBytes(16))),
    formatCookie: ({ id }, origin) => formatCookie(id, origin, keys[0]),
    requireCookie(cookieHeader, origin, expectedId) {
      const { id, kid, mac } = parseChallengeCookieValue(requireOneCookie(cookieHeader, origin))
      requireMac(keys, kid, mac, challengeMacInput(origin, id))
      if (expectedId !== undefined && expectedId !== id) {
        throw new LoginRefusal('ERR_IAM_CHALLENGE_MISMATCH', 'the proof is of another challenge')
      }
      const challenge = issued(id)
      requireFresh(challenge, nowSeconds())
      return challenge
    },
    secondsLeft: ({ expSeconds }) => expSeconds - nowSeconds(),
  }
}

function issued(id: string): IssuedChallenge {
  return { id, expSeconds: parseChallengeId(id).iatSeconds + CHALLENGE_SECONDS }
}

function formatCookie(id: string, origin: string, { kid, challengeKey }: DerivedKeys): string {
  const mac = formatBase64Url(hmacSha256(challengeKey, challengeMacInput(origin, id)))
  return formatChallengeCookieValue({ id, kid, mac })
}

/** A second one, or the twin of the other scheme's name, was set by somebody else: a sibling subdomain can (cookie tossing). */
function requireOneCookie(cookieHeader: string | undefined, origin: string): string {
  const found = parseCookieHeader(cookieHeader ?? '').filter(({ name }) => isChallengeCookieName(name))
  const [cookie] = found
  if (cookie === undefined || found.length > 1 || cookie.name !== challengeCookieName(origin)) {
    throw new LoginRefusal('ERR_IAM_CHALLENGE_COOKIE', `${found.length} challenge cookies, or of another scheme`)
  }
  return cookie.value
}

function requireMac(keys: readonly DerivedKeys[], kid: string, mac: string, input: string): void {
  const key = keys.find((candidate) => candidate.kid === kid)
  if (key === undefined) throw new LoginRefusal('ERR_IAM_CHALLENGE_MAC', 'made with a secret not in force')
  const expected = hmacSha256(key.challengeKey, input)
  if (!timingSafeEqual(parseBase64Url(mac), expected)) {
    throw new LoginRefusal('ERR_IAM_CHALLENGE_MAC', 'not a challenge of this service and origin')
  }
}

function requireFresh({ expSeconds }: IssuedChallenge, nowSeconds: number): void {
  if (nowSeconds >= expSeconds) throw new LoginRefusal('ERR_IAM_CHALLENGE_EXPIRED', 'the challenge has expired')
  if (expSeconds - CHALLENGE_SECONDS > nowSeconds + FUTURE_SECONDS) {
    throw new LoginRefusal('ERR_IAM_CHALLENGE_EXPIRED', "the challenge is of the future: check the instances' clocks")
  }
}
