import { createHash, createHmac, hkdfSync } from 'node:crypto'
import { formatBase64Url } from 'iam-auth-protocol'

/** The keys made of one secret; the secret itself signs nothing. */
export interface DerivedKeys {
  /** Says which secret a challenge cookie was made with. */
  readonly kid: string
  readonly challengeKey: Uint8Array
  /** base64url, since Keygrip takes text. */
  readonly sessionKey: string
}

/** HKDF-SHA-256 as PROTOCOL.md §3 has it for challenges; sessions use an `info` of their own. */
export function deriveKeys(secret: string): DerivedKeys {
  const derive = (salt: string, info: string, length: number) =>
    new Uint8Array(hkdfSync('sha256', secret, salt, info, length))
  const kid = formatBase64Url(derive('', 'iam-auth kid', 6))
  return {
    kid,
    challengeKey: derive(kid, 'iam-auth challenge', 32),
    sessionKey: formatBase64Url(derive('', 'iam-auth session', 32)),
  }
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

export function hmacSha256(key: Uint8Array, text: string): Uint8Array {
  return createHmac('sha256', key).update(text).digest()
}
