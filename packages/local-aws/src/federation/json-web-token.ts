import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import { AwsError } from '../aws-error.js'
import type { OidcProvider } from '../world/account.js'

/** What a verified token says. */
export type TokenClaims = Readonly<Record<string, unknown>>

interface JoseHeader {
  readonly alg: 'RS256' | 'ES256'
  readonly kid: string | undefined
}

/** The `iss` of a token, unverified: it only says whose keys to verify it with. Throws `InvalidIdentityToken`. */
export function readUntrustedIssuer(token: string): string {
  const issuer = parsePart(token.split('.')[1])['iss']
  if (typeof issuer !== 'string') throw invalidToken('The ID Token provided does not contain an issuer.')
  return issuer
}

/**
 * The claims of a token that one of the provider's keys signed, with RS256 or ES256 and nothing else.
 * @see https://www.rfc-editor.org/rfc/rfc7515#section-5.2
 *
 * Throws `InvalidIdentityToken`.
 */
export function verifyToken(token: string, provider: OidcProvider): TokenClaims {
  const [header, claims, signature, ...rest] = token.split('.')
  if (!header || !claims || !signature || rest.length > 0)
    throw invalidToken('The ID Token provided is not a valid JWT.')
  const { alg, kid } = parseHeader(header)
  const signed = Buffer.from(`${header}.${claims}`)
  const proof = Buffer.from(signature, 'base64url')
  const keys = findKeys(provider, alg, kid)
  if (keys.length === 0) throw invalidToken("Couldn't retrieve verification key from your identity provider")
  const isSigned = keys.some((key) =>
    alg === 'RS256'
      ? verify('sha256', signed, key, proof)
      : verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, proof),
  )
  if (!isSigned) throw invalidToken('The ID Token provided is not signed by its issuer.')
  return parsePart(claims)
}

function parseHeader(part: string): JoseHeader {
  const { alg, kid, crit } = parsePart(part)
  if (alg !== 'RS256' && alg !== 'ES256') throw invalidToken('The ID Token must be signed with RS256 or ES256.')
  if (crit !== undefined) throw invalidToken('The ID Token has critical headers.')
  return { alg, kid: typeof kid === 'string' ? kid : undefined }
}

function findKeys(provider: OidcProvider, alg: JoseHeader['alg'], kid: string | undefined): KeyObject[] {
  const kind = alg === 'RS256' ? 'RSA' : 'EC'
  return provider.jwks.keys
    .filter((jwk) => jwk['kty'] === kind && (kid === undefined || jwk['kid'] === kid))
    .filter((jwk) => kind === 'RSA' || jwk['crv'] === 'P-256')
    .map((jwk) => createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }))
}

function parsePart(part: string | undefined): Record<string, unknown> {
  const value = parseJson(Buffer.from(part ?? '', 'base64url').toString('utf8'))
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidToken('The ID Token provided is not a valid JWT.')
  return value as Record<string, unknown>
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function invalidToken(message: string): AwsError {
  return new AwsError('InvalidIdentityToken', message)
}
