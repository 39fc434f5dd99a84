import { randomBytes } from 'node:crypto'

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** IAM's prefixes. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids */
export type UniqueIdPrefix = 'AIDA' | 'AROA' | 'AKIA' | 'ASIA'

/** A random id of IAM's form: 20 characters for access keys, 21 for users and roles. */
export function createUniqueId(prefix: UniqueIdPrefix): string {
  const length = prefix === 'AKIA' || prefix === 'ASIA' ? 16 : 17
  return prefix + randomBase32(length)
}

/** A random secret access key: 40 characters of base64. */
export function createSecretAccessKey(): string {
  return randomBytes(30).toString('base64')
}

/** The seed of a virtual MFA device: 64 characters of base32, as AWS makes them. */
export function createMfaSecret(): string {
  return randomBase32(64)
}

/** A session token: opaque to clients, base64, and of the length asked for. The beginning is that of AWS's own tokens. */
export function createSessionToken(length: number): string {
  const random = randomBytes(Math.ceil((length * 3) / 4)).toString('base64')
  return `IQoJb3JpZ2luX2Vj${random}`.slice(0, length)
}

function randomBase32(length: number): string {
  let text = ''
  for (const byte of randomBytes(length)) text += base32[byte & 31]
  return text
}
