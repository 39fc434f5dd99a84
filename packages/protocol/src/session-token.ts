import { ProtocolError } from './errors.js'
import { countJsonStrings, parseJsonObject } from './json-object.js'

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

/** JSON as Go writes it: members in the order of their names, a time's fraction without trailing zeros. */
export function formatSessionTokenProof(proof: SessionTokenProof): string {
  return JSON.stringify({
    AccessKeyId: proof.accessKeyId,
    Expiration: proof.expiration.replace(/\.(\d*?)0*Z$/, (_, digits: string) => (digits === '' ? 'Z' : `.${digits}Z`)),
    SecretAccessKey: proof.secretAccessKey,
    SessionToken: proof.sessionToken,
  })
}

/**
 * Temporary credentials of a decrypted version-1 token: exactly these four members, once, each of its shape. Long-lived
 * keys (`AKIA`), empty session tokens and control characters are refused. Order and white space are the writer's.
 *
 * @throws ProtocolError ERR_IAM_SESSION_TOKEN_SCHEMA
 */
export function parseSessionTokenProof(json: string): SessionTokenProof {
  const value = parseJsonObject(json) ?? {}
  const count = Object.keys(MEMBERS).length
  if (Object.keys(value).length !== count || countJsonStrings(json) !== count * 2) throw schema()
  const text = (name: string) => {
    const member = value[name]
    if (typeof member !== 'string' || !MEMBERS[name]?.test(member)) throw schema()
    return member
  }
  return {
    accessKeyId: text('AccessKeyId'),
    expiration: text('Expiration'),
    secretAccessKey: text('SecretAccessKey'),
    sessionToken: text('SessionToken'),
  }
}

function schema(): ProtocolError {
  return new ProtocolError('ERR_IAM_SESSION_TOKEN_SCHEMA', 'not the temporary credentials of a version-1 token')
}
