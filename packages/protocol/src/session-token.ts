import { ProtocolError } from './errors.js'

/** The proof of version 1: live credentials from GetSessionToken, as the original sends them. */
export interface SessionTokenProof {
  readonly accessKeyId: string
  /** ISO 8601 as the client wrote it. A verifier never relies on it. */
  readonly expiration: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

const MEMBERS: Readonly<Record<string, RegExp>> = {
  AccessKeyId: /^ASIA[A-Z0-9]{12,124}$/,
  Expiration: /^[\x20-\x7e]{1,64}$/,
  SecretAccessKey: /^[\x21-\x7e]{1,256}$/,
  SessionToken: /^[\x21-\x7e]{1,8192}$/,
}

/** JSON as Go writes it: members in the order of their names, whole seconds without a fraction. */
export function formatSessionTokenProof(proof: SessionTokenProof): string {
  return JSON.stringify({
    AccessKeyId: proof.accessKeyId,
    Expiration: proof.expiration.replace(/\.0+Z$/, 'Z'),
    SecretAccessKey: proof.secretAccessKey,
    SessionToken: proof.sessionToken,
  })
}

/**
 * Temporary credentials of a decrypted version-1 token: exactly these four members, each of its shape. Long-lived keys
 * (`AKIA`), empty session tokens and control characters are refused.
 *
 * @throws ProtocolError ERR_IAM_SESSION_TOKEN_SCHEMA
 */
export function parseSessionTokenProof(json: string): SessionTokenProof {
  const value = parseObject(json)
  const names = Object.keys(MEMBERS)
  const found = Object.keys(value)
  const wellFormed = names.every((name) => {
    const member = Object.hasOwn(value, name) ? value[name] : undefined
    return typeof member === 'string' && MEMBERS[name]?.test(member)
  })
  if (!wellFormed || found.length !== names.length) throw schema()
  const text = value as Record<string, string>
  return {
    accessKeyId: text['AccessKeyId'] ?? '',
    expiration: text['Expiration'] ?? '',
    secretAccessKey: text['SecretAccessKey'] ?? '',
    sessionToken: text['SessionToken'] ?? '',
  }
}

function parseObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // falls through: what is not JSON is refused like every other text
  }
  throw schema()
}

function schema(): ProtocolError {
  return new ProtocolError('ERR_IAM_SESSION_TOKEN_SCHEMA', 'not the temporary credentials of a version-1 token')
}
