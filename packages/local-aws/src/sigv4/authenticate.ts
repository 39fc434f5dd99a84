import { authError, type ServiceName } from '../aws-error.js'
import { type ReceivedRequest, singleHeader } from '../http/received-request.js'
import type { Credential } from '../iam/principal.js'
import { type Authorization, parseAuthorization, readQuery } from './authorization.js'
import { parseAwsHost } from './aws-host.js'
import { formatCanonicalRequest } from './canonical-request.js'
import { requireFreshDate } from './freshness.js'
import { type CredentialScope, computeSignature, isSameSecret, sha256Hex } from './signature.js'

/** What authentication needs of the rest. */
export interface AuthenticationDeps {
  readonly now: () => number
  readonly findCredential: (accessKeyId: string) => Credential | undefined
  readonly signingKey: (secretAccessKey: string, scope: CredentialScope) => Buffer
}

/** A verified request: whose it is, and the region it was signed for. */
export interface Authenticated {
  readonly credential: Credential
  readonly region: string
}

/**
 * Verifies the SigV4 signature of a request, step by step in the order in which AWS's services complain.
 * `onClaim` hears the access key id as soon as it is read, before anything is verified.
 *
 * Throws the service's authentication errors.
 */
export function authenticate(
  request: ReceivedRequest,
  service: ServiceName,
  deps: AuthenticationDeps,
  onClaim: (accessKeyId: string) => void,
): Authenticated {
  const authorization = parseAuthorization(request, service)
  onClaim(authorization.accessKeyId)
  requireFreshDate(authorization, service, deps.now())
  requireSignedHeaders(request, authorization, service)
  requireScope(request, authorization, service)
  const credential = requireCredential(authorization, service, deps)
  requireSignature(request, authorization, credential, service, deps)
  return { credential, region: authorization.scope.region }
}

function requireSignedHeaders(request: ReceivedRequest, authorization: Authorization, service: ServiceName): void {
  const signed = authorization.signedHeaders
  const mustBeSigned = (name: string) =>
    authError(service, 'signature', `'${name}' must be a 'SignedHeader' in the AWS Authorization.`)
  if (!signed.includes('host')) throw mustBeSigned("Host' or ':authority")
  if (authorization.form === 'header' && !signed.includes('x-amz-date')) throw mustBeSigned('X-Amz-Date')
  for (const name of request.headers.keys())
    if (name.startsWith('x-amz-') && !signed.includes(name)) throw mustBeSigned(name)
  const isInOrder = signed.every((name, at) => at === 0 || (signed[at - 1] ?? '') < name)
  const isPlain = signed.every((name) => name === name.toLowerCase() && request.headers.has(name))
  if (!isInOrder || !isPlain || singleHeader(request, 'host') === undefined)
    throw authError(service, 'signature', 'SignedHeaders must be sent, in lower case, each once, in order.')
}

function requireScope(request: ReceivedRequest, { scope, timestamp }: Authorization, service: ServiceName): void {
  const complaints: string[] = []
  const host = parseAwsHost(singleHeader(request, 'host') ?? '')
  const isRegion = /^[a-z]{2,}(-[a-z]+)+-\d$/.test(scope.region)
  if (!isRegion || (host !== undefined && host.region !== scope.region))
    complaints.push(`Credential should be scoped to a valid region, not '${scope.region}'. `)
  if (scope.service !== service) complaints.push(`Credential should be scoped to correct service: '${service}'. `)
  if (scope.date !== timestamp.slice(0, 8))
    complaints.push(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${timestamp.slice(0, 8)}', from '${timestamp}'.`,
    )
  if (complaints.length > 0) throw authError(service, 'signature', complaints.join(''))
}

function requireCredential(authorization: Authorization, service: ServiceName, deps: AuthenticationDeps): Credential {
  const credential = deps.findCredential(authorization.accessKeyId)
  const invalid = () => authError(service, 'unknownKey', 'The security token included in the request is invalid.')
  if (credential === undefined || !credential.isActive()) throw invalid()
  const { sessionToken } = authorization
  if (credential.sessionToken === undefined) {
    if (sessionToken !== undefined) throw invalid()
    return credential
  }
  if (sessionToken === undefined || !isSameSecret(sessionToken, credential.sessionToken)) throw invalid()
  if (credential.expiresAt !== undefined && credential.expiresAt <= deps.now())
    throw authError(service, 'expiredToken', 'The security token included in the request is expired')
  return credential
}

function requireSignature(
  request: ReceivedRequest,
  authorization: Authorization,
  credential: Credential,
  service: ServiceName,
  deps: AuthenticationDeps,
): void {
  const mismatch = () =>
    authError(
      service,
      'signature',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    )
  readQuery(request.rawQuery)
  const payloadHash = sha256Hex(request.body)
  const claimedHash = request.headers.get('x-amz-content-sha256')
  if (claimedHash?.some((claimed) => claimed !== payloadHash)) throw mismatch()
  const canonical = formatCanonicalRequest(request, authorization.signedHeaders, payloadHash)
  const key = deps.signingKey(credential.secretAccessKey, authorization.scope)
  const expected = computeSignature(canonical, authorization.timestamp, authorization.scope, key)
  if (!isSameSecret(authorization.signature, expected)) throw mismatch()
}
