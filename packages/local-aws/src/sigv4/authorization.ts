import { AwsError, authError, type ServiceName } from '../aws-error.js'
import { type ReceivedRequest, singleHeader } from '../http/received-request.js'
import { parseQuery } from './percent-encoding.js'
import { algorithm, type CredentialScope } from './signature.js'

/** What a request says about its own signature; nothing of it is verified yet. */
export interface Authorization {
  readonly accessKeyId: string
  readonly scope: CredentialScope
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string
  readonly sessionToken: string | undefined
  readonly form: 'header' | 'presigned'
}

/**
 * Reads the signature of a request, from its `Authorization` header or, for a presigned URL, from its query.
 *
 * Throws the service's error for a missing or an incomplete signature.
 */
export function parseAuthorization(request: ReceivedRequest, service: ServiceName): Authorization {
  const isPresigned = request.rawQuery.includes('X-Amz-Signature=') || request.rawQuery.includes('X-Amz-Algorithm=')
  const header = request.headers.get('authorization')
  if (header === undefined) {
    if (isPresigned) return parsePresigned(request, service)
    throw authError(service, 'missing', missingMessages[service])
  }
  if (isPresigned || header.length > 1) throw incomplete(service, 'The request carries more than one signature.')
  return parseHeader(header[0] ?? '', request, service)
}

const missingMessages: Record<ServiceName, string> = {
  sts: 'Request is missing Authentication Token',
  kms: 'Missing Authentication Token',
}

function parseHeader(header: string, request: ReceivedRequest, service: ServiceName): Authorization {
  const space = header.indexOf(' ')
  const scheme = space < 0 ? header : header.slice(0, space)
  requireAlgorithm(scheme, service)
  const parts = parsePairs(space < 0 ? '' : header.slice(space + 1), service)
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !parts.get(name))
  const timestamp = singleHeader(request, 'x-amz-date')
  const complaints = missing.map((name) => `Authorization header requires '${name}' parameter.`)
  if (timestamp === undefined) complaints.push("Authorization header requires existence of one 'X-Amz-Date' header.")
  if (complaints.length > 0) throw incomplete(service, complaints.join(' '))
  if ((request.headers.get('x-amz-security-token')?.length ?? 0) > 1)
    throw incomplete(service, 'The request carries more than one security token.')
  return {
    ...parseCredential(parts.get('Credential') ?? '', service),
    signedHeaders: (parts.get('SignedHeaders') ?? '').split(';'),
    signature: parts.get('Signature') ?? '',
    timestamp: timestamp ?? '',
    sessionToken: singleHeader(request, 'x-amz-security-token'),
    form: 'header',
  }
}

function parsePresigned(request: ReceivedRequest, service: ServiceName): Authorization {
  const query = readPresignedQuery(request.rawQuery, service)
  const names = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date']
  const missing = names.filter((name) => !query.get(name))
  if (missing.length > 0) {
    const complaints = missing.map((name) => `AWS query-string parameters must include '${name}'.`)
    throw incomplete(service, `${complaints.join(' ')} Re-examine the query-string parameters.`)
  }
  requireAlgorithm(query.get('X-Amz-Algorithm') ?? '', service)
  return {
    ...parseCredential(query.get('X-Amz-Credential') ?? '', service),
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    timestamp: query.get('X-Amz-Date') ?? '',
    sessionToken: query.get('X-Amz-Security-Token') ?? singleHeader(request, 'x-amz-security-token'),
    form: 'presigned',
  }
}

function readPresignedQuery(rawQuery: string, service: ServiceName): Map<string, string> {
  const query = new Map<string, string>()
  for (const [name, value] of readQuery(rawQuery)) {
    if (query.has(name)) throw incomplete(service, `The query-string parameter '${name}' is given twice.`)
    query.set(name, value)
  }
  return query
}

/** The decoded query. Throws `MalformedQueryString` where `parseQuery` throws `URIError`. */
export function readQuery(rawQuery: string): [name: string, value: string][] {
  try {
    return parseQuery(rawQuery)
  } catch {
    throw new AwsError('MalformedQueryString', 'The query string contains a syntax error.', 404)
  }
}

function requireAlgorithm(scheme: string, service: ServiceName): void {
  if (scheme === algorithm) return
  throw incomplete(service, `Unsupported AWS 'algorithm': '${scheme.slice(0, 64)}' (only ${algorithm} for now). `)
}

// The header's own text is left out of the messages (AWS repeats it): an answer is no place for someone's credentials.
function parsePairs(text: string, service: ServiceName): Map<string, string> {
  const pairs = new Map<string, string>()
  for (const part of text.split(',')) {
    const pair = part.trim()
    if (pair === '') continue
    const equals = pair.indexOf('=')
    if (equals < 0 || /\s/.test(pair))
      throw incomplete(service, 'A part of the Authorization header is not a valid key=value pair.')
    const name = pair.slice(0, equals)
    if (pairs.has(name)) throw incomplete(service, `The Authorization header has '${name}' twice.`)
    pairs.set(name, pair.slice(equals + 1))
  }
  return pairs
}

function parseCredential(text: string, service: ServiceName): Pick<Authorization, 'accessKeyId' | 'scope'> {
  const [accessKeyId, date, region, scopeService, terminator, ...rest] = text.split('/')
  if (!accessKeyId || !date || !region || !scopeService || !terminator || rest.length > 0)
    throw incomplete(
      service,
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term',
    )
  if (terminator !== 'aws4_request')
    throw authError(service, 'signature', "Credential should be scoped with a valid terminator: 'aws4_request'. ")
  return { accessKeyId, scope: { date, region, service: scopeService } }
}

function incomplete(service: ServiceName, message: string): AwsError {
  return authError(service, 'incomplete', message)
}
