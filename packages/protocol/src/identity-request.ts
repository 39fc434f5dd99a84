import { BINDING_HEADER, type Sha256 } from './binding.js'
import { stsHost } from './partition.js'

/** What a signed GetCallerIdentity is made of. Host, path, method, action and header names are constants. */
export interface IdentityRequest {
  /** A region's name: checked, since it becomes part of the host. */
  readonly region: string
  /** `YYYYMMDDTHHMMSSZ` */
  readonly date: string
  readonly accessKeyId: string
  /** Of temporary credentials. */
  readonly sessionToken: string | undefined
  /** Of version 2; a service that signs for itself (version 1) has none. */
  readonly binding: string | undefined
}

/** HMAC-SHA-256 of a text under a key. */
export type HmacSha256 = (key: Uint8Array, text: string) => Uint8Array

export interface SigningFunctions {
  readonly sha256: Sha256
  readonly hmacSha256: HmacSha256
}

export const IDENTITY_REQUEST_BODY = 'Action=GetCallerIdentity&Version=2011-06-15'
const BODY_SHA256_HEX = 'ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843'
const CONTENT_TYPE = 'application/x-www-form-urlencoded; charset=utf-8'

/** The headers that are signed, in the order they are signed in, names in lower case. */
function signedHeaders(request: IdentityRequest): [name: string, value: string][] {
  const headers: [string, string][] = [
    ['content-type', CONTENT_TYPE],
    ['host', stsHost(request.region)],
    ['x-amz-date', request.date],
  ]
  if (request.sessionToken !== undefined) headers.push(['x-amz-security-token', request.sessionToken])
  if (request.binding !== undefined) headers.push([BINDING_HEADER, request.binding])
  return headers
}

/** The SigV4 canonical request (AWS SigV4 reference, "Create a canonical request"). */
export function formatCanonicalRequest(request: IdentityRequest): string {
  const headers = signedHeaders(request)
  return [
    'POST',
    '/',
    '',
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    headers.map(([name]) => name).join(';'),
    BODY_SHA256_HEX,
  ].join('\n')
}

/** The SigV4 signature, 64 hex digits, of a GetCallerIdentity request. */
export function signIdentityRequest(
  request: IdentityRequest,
  secretAccessKey: string,
  { sha256, hmacSha256 }: SigningFunctions,
): string {
  const utf8 = new TextEncoder()
  const day = request.date.slice(0, 8)
  const canonicalHash = formatHex(sha256(utf8.encode(formatCanonicalRequest(request))))
  const stringToSign = ['AWS4-HMAC-SHA256', request.date, `${day}/${scopeTail(request)}`, canonicalHash].join('\n')
  let key = utf8.encode(`AWS4${secretAccessKey}`)
  for (const part of [day, request.region, 'sts', 'aws4_request']) key = Uint8Array.from(hmacSha256(key, part))
  return formatHex(hmacSha256(key, stringToSign))
}

/**
 * All header fields of the request as it is sent, `authorization`, `accept` and `content-length` included. `accept` is
 * ours alone: who sends the request decides the format of the answer, and the answer must be JSON.
 */
export function identityRequestHeaders(request: IdentityRequest, signature: string): [name: string, value: string][] {
  const headers = signedHeaders(request)
  const names = headers.map(([name]) => name).join(';')
  const credential = `${request.accessKeyId}/${request.date.slice(0, 8)}/${scopeTail(request)}`
  return [
    ...headers,
    ['authorization', `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`],
    ['accept', 'application/json'],
    ['content-length', String(IDENTITY_REQUEST_BODY.length)],
  ]
}

function scopeTail(request: IdentityRequest): string {
  return `${request.region}/sts/aws4_request`
}

function formatHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
