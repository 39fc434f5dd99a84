import { formatBase64Url } from './base64.js'

/** Everything a version-2 login is bound to, each exactly as it was sent (after unquoting). */
export interface BindingFields {
  /** Origin of the URL fetched. */
  readonly origin: string
  readonly realm: string
  readonly challenge: string
  /** Decimal digits. */
  readonly exp: string
  /** One space between. */
  readonly versions: string
  readonly proofs: string
  /** The proof taken from the list. */
  readonly proof: string
  readonly keyArn: string
  /** Value of `Iam-Auth-Kms-Encryption-Context` without surrounding white space. */
  readonly encryptionContextHeader: string
  /** Undefined where the challenge names none. */
  readonly authPath: string | undefined
}

/** SHA-256 of bytes. Passed in, since this package has no crypto of its own. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

const PREFIX = 'iam-auth/v2'

/** The header that carries the binding inside a signed GetCallerIdentity. */
export const BINDING_HEADER = 'x-iam-auth-binding'

/** `2.` and the base64url SHA-256 of the transcript: what one signed header says about a login. */
export function formatBinding(fields: BindingFields, sha256: Sha256): string {
  return `2.${formatBase64Url(sha256(formatTranscript(fields, sha256)))}`
}

/** The transcript: the prefix, then every field with its length in four bytes, big-endian; an absent one has length 0. */
export function formatTranscript(fields: BindingFields, sha256: Sha256): Uint8Array {
  const utf8 = new TextEncoder()
  const parts = [
    fields.origin,
    fields.realm,
    fields.challenge,
    fields.exp,
    fields.versions,
    fields.proofs,
    fields.proof,
    fields.keyArn,
    sha256(utf8.encode(fields.encryptionContextHeader)),
    fields.authPath ?? '',
  ].map((part) => (typeof part === 'string' ? utf8.encode(part) : part))
  return concat([utf8.encode(PREFIX), ...parts.flatMap((part) => [u32(part.length), part])])
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}
