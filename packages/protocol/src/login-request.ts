import { formatBase64Url, parseBase64Url } from './base64.js'
import { isOpaqueChallengeId } from './challenge-id.js'
import { KMS_MAX_CIPHERTEXT_BYTES } from './constants.js'
import { ProtocolError } from './errors.js'
import { parseJsonObject } from './json-object.js'

/** The body of a version-2 login: the sealed proof and the data key, which only KMS opens. */
export interface LoginRequest {
  readonly challenge: string
  /** The data key under the service's KMS key, 1..6144 bytes. */
  readonly encryptedKey: Uint8Array
  /** 12 bytes. */
  readonly iv: Uint8Array
  /** AES-256-GCM, its last 16 bytes the tag. */
  readonly ciphertext: Uint8Array
}

const IV_BYTES = 12

/** Closed, canonical JSON: the members in this order, without white space. */
export function formatLoginRequest({ challenge, encryptedKey, iv, ciphertext }: LoginRequest): string {
  const [ek, ivText, ct] = [encryptedKey, iv, ciphertext].map(formatBase64Url)
  return JSON.stringify({ v: 2, challenge, ek, iv: ivText, ct })
}

/**
 * The body of a version-2 login. Whether `ciphertext` is long enough to be one is the verifier's to say.
 *
 * @throws ProtocolError ERR_IAM_LOGIN_SCHEMA: not the closed schema, another spelling of it, or a size out of range.
 */
export function parseLoginRequest(json: string): LoginRequest {
  const { challenge, ek, iv, ct } = parseJsonObject(json) ?? {}
  if (typeof challenge !== 'string' || !isOpaqueChallengeId(challenge)) throw schema()
  const request = {
    challenge,
    encryptedKey: requireBytes(ek, 1, KMS_MAX_CIPHERTEXT_BYTES),
    iv: requireBytes(iv, IV_BYTES, IV_BYTES),
    ciphertext: requireBytes(ct, 0, Number.POSITIVE_INFINITY),
  }
  // Order, white space, escapes, further members, twins and another `v`: all show here.
  if (formatLoginRequest(request) !== json) throw schema()
  return request
}

function requireBytes(value: unknown, min: number, max: number): Uint8Array {
  const bytes = decode(value)
  if (bytes === undefined || bytes.length < min || bytes.length > max) throw schema()
  return bytes
}

function decode(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined
  try {
    return parseBase64Url(value)
  } catch {
    return undefined // ERR_IAM_BASE64, the one thing it throws
  }
}

function schema(): ProtocolError {
  return new ProtocolError('ERR_IAM_LOGIN_SCHEMA', 'not a login request in canonical form')
}
