import { formatBase64Url, parseBase64Url } from './base64.js'
import { ProtocolError } from './errors.js'

const IAT_BYTES = 5
const RANDOM_BYTES = 16

/** What a proxy accepts as an id: to it, an id is opaque. */
const OPAQUE_ID = /^[A-Za-z0-9_-]{22,128}$/

/** The parts of a service's challenge cookie, `<id>.<kid>.<mac>`. */
export interface ChallengeCookieValue {
  readonly id: string
  readonly kid: string
  readonly mac: string
}

/**
 * A service's challenge id: 28 characters that hold the second it was made and 16 random bytes.
 *
 * @throws TypeError unless `random` is 16 bytes and `iatSeconds` fits five.
 */
export function formatChallengeId(iatSeconds: number, random: Uint8Array): string {
  if (random.length !== RANDOM_BYTES) throw new TypeError('a challenge id takes 16 random bytes')
  if (!Number.isInteger(iatSeconds) || iatSeconds < 0 || iatSeconds >= 2 ** (8 * IAT_BYTES)) {
    throw new TypeError('the time of a challenge id is in whole seconds')
  }
  const bytes = new Uint8Array(IAT_BYTES + RANDOM_BYTES)
  for (let index = 0; index < IAT_BYTES; index++) {
    bytes[index] = Math.floor(iatSeconds / 2 ** (8 * (IAT_BYTES - 1 - index))) % 256
  }
  bytes.set(random, IAT_BYTES)
  return formatBase64Url(bytes)
}

/** The second a service's own id was made, for the service that made it. @throws ProtocolError ERR_IAM_CHALLENGE_ID */
export function parseChallengeId(id: string): { readonly iatSeconds: number } {
  if (!/^[A-Za-z0-9_-]{28}$/.test(id)) throw new ProtocolError('ERR_IAM_CHALLENGE_ID', 'not a challenge id')
  const bytes = parseBase64Url(id)
  return { iatSeconds: bytes.subarray(0, IAT_BYTES).reduce((seconds, byte) => seconds * 256 + byte, 0) }
}

export function isOpaqueChallengeId(text: string): boolean {
  return OPAQUE_ID.test(text)
}

/** 21, 6 and 32 bytes of base64url. The last character of 32 bytes ends in two zero bits, so each value has one spelling. */
const COOKIE_VALUE = /^([A-Za-z0-9_-]{28})\.([A-Za-z0-9_-]{8})\.([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/

/** @throws ProtocolError ERR_IAM_CHALLENGE_COOKIE */
export function parseChallengeCookieValue(value: string): ChallengeCookieValue {
  const [, id, kid, mac] = COOKIE_VALUE.exec(value) ?? []
  if (id === undefined || kid === undefined || mac === undefined) {
    throw new ProtocolError('ERR_IAM_CHALLENGE_COOKIE', 'not a challenge cookie of this service')
  }
  return { id, kid, mac }
}

export function formatChallengeCookieValue({ id, kid, mac }: ChallengeCookieValue): string {
  return `${id}.${kid}.${mac}`
}

/** What the cookie's MAC is computed over: origin, a zero byte, the id's characters. */
export function challengeMacInput(origin: string, id: string): string {
  return `${origin}\0${id}`
}
