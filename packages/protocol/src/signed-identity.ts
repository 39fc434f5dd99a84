import { ProtocolError } from './errors.js'
import { parseJsonObject } from './json-object.js'

/** The proof of version 2: the scalars of a signed GetCallerIdentity, from which its verifier rebuilds the request. */
export interface SignedIdentity {
  readonly region: string
  /** `YYYYMMDDTHHMMSSZ` */
  readonly date: string
  readonly accessKeyId: string
  /** Present exactly when the access key id begins with ASIA. */
  readonly sessionToken: string | undefined
  /** 64 hex digits. */
  readonly signature: string
}

/** Member, and what its value must look like. */
const MEMBERS: Readonly<Record<string, RegExp>> = {
  r: /^[a-z0-9-]{1,32}$/,
  d: /^\d{8}T\d{6}Z$/,
  a: /^(?:ASIA|AKIA)[A-Z0-9]{12,124}$/,
  t: /^[\x21-\x7e]{1,8192}$/,
  s: /^[0-9a-f]{64}$/,
}

/** The proof as closed, canonical JSON: what is sealed under the data key. */
export function formatSignedIdentity(proof: SignedIdentity): string {
  const { region, date, accessKeyId, sessionToken, signature } = proof
  const token = sessionToken === undefined ? {} : { t: sessionToken }
  return JSON.stringify({ v: 2, p: 'sts', r: region, d: date, a: accessKeyId, ...token, s: signature })
}

/**
 * The proof of canonical JSON. Whether its region and date are acceptable is the verifier's to say.
 *
 * @throws ProtocolError ERR_IAM_PROOF_SCHEMA: not the closed schema, or another spelling of it.
 */
export function parseSignedIdentity(json: string): SignedIdentity {
  const value = parseJsonObject(json) ?? {}
  const text = (name: string) => {
    const member = value[name]
    if (typeof member !== 'string' || !MEMBERS[name]?.test(member)) throw schema(`member ${name}`)
    return member
  }
  const accessKeyId = text('a')
  const proof = {
    region: text('r'),
    date: text('d'),
    accessKeyId,
    sessionToken: accessKeyId.startsWith('ASIA') ? text('t') : undefined,
    signature: text('s'),
  }
  // Order, white space, further members, `v`, `p` and a token beside AKIA: all show here.
  if (formatSignedIdentity(proof) !== json) throw schema('not in canonical form')
  return proof
}

function schema(what: string): ProtocolError {
  return new ProtocolError('ERR_IAM_PROOF_SCHEMA', `signed identity: ${what}`)
}
