import { METHODS } from 'node:http'
import { isProtectedField, nominatedFields } from './fields.js'
import { Refusal } from './refusal.js'
import type { RequestHeaders } from './request-headers.js'
import type { Target } from './target.js'
import { parseAuthority } from './target.js'

const HTTP1_METHODS: ReadonlySet<string> = new Set(METHODS)

/** HTTP/2 takes any token for a method, and Node writes it in capitals for the service: `connect`, too. Throws Refusal. */
export function requireMethod(method: string): void {
  if (method === 'CONNECT') throw new Refusal(400, 'a CONNECT inside a tunnel')
  if (!HTTP1_METHODS.has(method)) throw new Refusal(501, 'a method that HTTP/1.1 services do not have')
}

/** What Node's parser lets through and a proxy must not (RFC 9112 §3.2.2, §6.1, §11). Throws Refusal. */
export function requireForwardable(headers: RequestHeaders, target: Target, httpVersion: string): void {
  requireHttp1(httpVersion)
  requireOneHost(headers, httpVersion)
  requireHostOfTarget(headers, target)
  requireOneFraming(headers, httpVersion)
  requireHarmlessConnection(headers)
}

/** A request that has passed through this process before would pass through it for ever. */
export function requireNoLoop(headers: RequestHeaders, pseudonym: string): void {
  if (!headers.via?.includes(pseudonym)) return
  throw new Refusal(
    508,
    'this request comes from this proxy itself: the service or its proxy points back here',
    'proxy_loop_detected',
  )
}

/** Node's parser also takes HTTP/0.9, which has no headers, and HTTP/2.0 in a request line, which is nonsense. */
function requireHttp1(httpVersion: string): void {
  if (httpVersion === '1.1' || httpVersion === '1.0') return
  throw new Refusal(505, 'only HTTP/1.1 and HTTP/1.0 requests are forwarded')
}

function requireOneHost({ hostCount }: RequestHeaders, httpVersion: string): void {
  if (hostCount > 1) throw new Refusal(400, 'more than one Host header')
  if (hostCount === 0 && httpVersion === '1.1') throw new Refusal(400, 'no Host header')
}

function requireHostOfTarget({ hostCount, host }: RequestHeaders, { authority, rawAuthority }: Target): void {
  if (hostCount === 0 || host === rawAuthority) return
  if (parseAuthority(authority.scheme, host)?.origin === authority.origin) return
  throw new Refusal(400, 'the Host header names another host than the URL')
}

function requireOneFraming({ transferEncoding, contentLength }: RequestHeaders, httpVersion: string): void {
  if (transferEncoding === undefined) return
  if (contentLength !== undefined) throw new Refusal(400, 'Transfer-Encoding beside Content-Length')
  if (httpVersion !== '1.1') throw new Refusal(400, 'Transfer-Encoding in an HTTP/1.0 request')
  if (transferEncoding.trim() === '') throw new Refusal(400, 'an empty Transfer-Encoding')
  const codings = transferEncoding.toLowerCase().split(',')
  if (codings.at(-1)?.trim() !== 'chunked') throw new Refusal(400, 'a Transfer-Encoding that does not end in chunked')
  if (codings.length > 1) throw new Refusal(501, 'a transfer coding other than chunked')
}

function requireHarmlessConnection({ connection }: RequestHeaders): void {
  if (connection === undefined) return
  if (nominatedFields(connection).some(isProtectedField))
    throw new Refusal(400, 'Connection names a field that is not its to remove')
}
