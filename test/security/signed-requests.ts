import { createHash, createHmac } from 'node:crypto'
import type { Credentials } from '../support/proxy.js'

/** A request to STS that somebody signed: what a client of Vault, EKS or Teleport hands out as its proof. */
export interface SignedRequest {
  readonly method: string
  /** `/` and its query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly date: string
  readonly signature: string
}

const BODY = 'Action=GetCallerIdentity&Version=2011-06-15'
const HOST = 'sts.us-east-1.amazonaws.com'
const SCOPE = 'us-east-1/sts/aws4_request'

/** A POST with its signature in `Authorization`, as Vault's and Teleport's clients make it, with headers of their own. */
export function signPost(extra: Readonly<Record<string, string>>, credentials: Credentials): SignedRequest {
  const date = amzDate()
  const headers = {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host: HOST,
    'x-amz-date': date,
    ...(credentials.sessionToken && { 'x-amz-security-token': credentials.sessionToken }),
    ...extra,
  }
  const signature = sign({ method: 'POST', query: '', headers, bodyHash: sha256(BODY), date }, credentials)
  const names = Object.keys(headers).sort().join(';')
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${date.slice(0, 8)}/${SCOPE}, SignedHeaders=${names}, Signature=${signature}`
  return { method: 'POST', target: '/', headers: { ...headers, authorization }, body: BODY, date, signature }
}

/** A URL with its signature inside, as `aws eks get-token` makes it: good for a GET of 15 minutes. */
export function presignUrl(extra: Readonly<Record<string, string>>, credentials: Credentials): SignedRequest {
  const date = amzDate()
  const headers = { host: HOST, ...extra }
  const parameters = {
    Action: 'GetCallerIdentity',
    Version: '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${date.slice(0, 8)}/${SCOPE}`,
    'X-Amz-Date': date,
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': Object.keys(headers).sort().join(';'),
  }
  const query = Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .sort()
    .join('&')
  const signature = sign({ method: 'GET', query, headers, bodyHash: sha256(''), date }, credentials)
  return { method: 'GET', target: `/?${query}&X-Amz-Signature=${signature}`, headers, body: '', date, signature }
}

interface Canonical {
  readonly method: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly bodyHash: string
  readonly date: string
}

/** SigV4, by the book: this file shares no code with what it attacks. */
function sign({ method, query, headers, bodyHash, date }: Canonical, { secretAccessKey }: Credentials): string {
  const names = Object.keys(headers).sort()
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('')
  const canonical = [method, '/', query, lines, names.join(';'), bodyHash].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', date, `${date.slice(0, 8)}/${SCOPE}`, sha256(canonical)].join('\n')
  const parts = [date.slice(0, 8), ...SCOPE.split('/')]
  const key = parts.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`)
  return hmac(key, toSign).toString('hex')
}

function amzDate(): string {
  return `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
