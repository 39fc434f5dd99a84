import { formatBase64Url, parseBase64Url } from './base64.js'
import { isOpaqueChallengeId } from './challenge-id.js'
import { KMS_MAX_CIPHERTEXT_BYTES } from './constants.js'
import { ProtocolError } from './errors.js'

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

/** @throws ProtocolError ERR_IAM_LOGIN_SCHEMA: not the closed schema, another spelling of it, or a size out of range. */
export function parseLoginRequest(json: string): LoginRequest {
  try {
    const { challenge, ek, iv, ct } = JSON.parse(json) as Record<string, unknown>
    const request = {
      challenge: requireText(challenge),
      encryptedKey: parseBase64Url(requireText(ek)),
      iv: parseBase64Url(requireText(iv)),
      ciphertext: parseBase64Url(requireText(ct)),
    }
    const sized =
      request.iv.length === IV_BYTES &&
      request.encryptedKey.length >= 1 &&
      request.encryptedKey.length <= KMS_MAX_CIPHERTEXT_BYTES
    if (sized && isOpaqueChallengeId(request.challenge) && formatLoginRequest(request) === json) return request
  } catch (cause) {
    throw schema(cause)
  }
  throw schema()
}

function requireText(value: unknown): string {
  if (typeof value !== 'string') throw schema()
  return value
}

function schema(cause?: unknown): ProtocolError {
  return new ProtocolError('ERR_IAM_LOGIN_SCHEMA', 'not a login request in canonical form', { cause })
}
