import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** What a signature is valid for: a day, a region, a service. */
export interface CredentialScope {
  /** `YYYYMMDD`, as in the scope. */
  readonly date: string
  readonly region: string
  readonly service: string
}

/** The only signing algorithm spoken here. */
export const algorithm = 'AWS4-HMAC-SHA256'

/** SHA-256 in lower-case hex. */
export function sha256Hex(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

/**
 * The signature of a canonical request, in lower-case hex.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#calculate-signature
 */
export function computeSignature(
  canonicalRequest: string,
  timestamp: string,
  scope: CredentialScope,
  signingKey: Buffer,
): string {
  const hash = createHash('sha256').update(canonicalRequest, 'latin1').digest('hex')
  const path = `${scope.date}/${scope.region}/${scope.service}/aws4_request`
  return createHmac('sha256', signingKey).update(`${algorithm}\n${timestamp}\n${path}\n${hash}`).digest('hex')
}

/** The key derived from a secret for one scope. */
export function deriveSigningKey(secretAccessKey: string, scope: CredentialScope): Buffer {
  const byDate = hmac(Buffer.from(`AWS4${secretAccessKey}`), scope.date)
  return hmac(hmac(hmac(byDate, scope.region), scope.service), 'aws4_request')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** Four HMACs saved per request: the same client signs with the same scope all day. Emptied when it grows. */
export function createSigningKeyCache(limit = 1000): (secretAccessKey: string, scope: CredentialScope) => Buffer {
  const keys = new Map<string, Buffer>()
  return (secretAccessKey, scope) => {
    const name = `${scope.date}/${scope.region}/${scope.service}/${secretAccessKey}`
    const known = keys.get(name)
    if (known) return known
    if (keys.size >= limit) keys.clear()
    const key = deriveSigningKey(secretAccessKey, scope)
    keys.set(name, key)
    return key
  }
}

/** Compares two secrets in a time that does not depend on where they differ. */
export function isSameSecret(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
