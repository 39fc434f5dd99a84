/** The 401 as the original client reads it. */
import type { IncomingMessage } from 'node:http'
import { decodeBase64UntilFault } from './go-formats.js'
import { Refusal } from './refusal.js'

/** What a challenge asks for: seal under `keyId` with `context`, by somebody of account `realm`. */
export interface Challenge {
  realm: string
  keyId: string
  context: Record<string, string>
}

const badHeaders = 'Invalid auth headers returned by the server'

/** The realm of a 401 with exactly one WWW-Authenticate line that contains `IAM realm="…"`; nothing for any other answer. */
export function findRealm(response: IncomingMessage): string | undefined {
  if (response.statusCode !== 401) return undefined
  const lines = response.headersDistinct['www-authenticate'] ?? []
  if (lines.length !== 1) return undefined
  return /IAM realm="([^"]+)"/.exec(lines[0] ?? '')?.[1]
}

/** Reads the two Iam-Auth headers. Throws a {@link Refusal} where the original answers its own 403. */
export function parseChallenge(response: IncomingMessage, realm: string): Challenge {
  const keyId = firstLine(response, 'iam-auth-kms-key-id')
  if (!keyId) throw new Refusal(`${badHeaders}: Misssing KMS key ID`)
  const rawContext = firstLine(response, 'iam-auth-kms-encryption-context')
  if (!rawContext) throw new Refusal(`${badHeaders}: Missing KMS encryption context`)
  return { realm, keyId, context: parseContext(rawContext) }
}

function firstLine(response: IncomingMessage, name: string): string | undefined {
  return response.headersDistinct[name]?.[0]
}

/** Go's `json.Unmarshal` into a `map[string]string`: `null` is an empty map, a `null` value an empty string. */
function parseContext(rawContext: string): Record<string, string> {
  const fault = new Refusal(`${badHeaders}: Can't decode KMS encryption context`)
  let json: unknown
  try {
    json = JSON.parse(decodeBase64UntilFault(rawContext).toString())
  } catch {
    throw fault
  }
  if (typeof json !== 'object' || Array.isArray(json)) throw fault
  const pairs = Object.entries(json ?? {}).map(([name, value]) => [name, value ?? ''] as const)
  if (pairs.some(([, value]) => typeof value !== 'string')) throw fault
  return Object.fromEntries(pairs)
}
