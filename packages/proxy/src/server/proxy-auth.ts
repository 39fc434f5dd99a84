import { createHash, timingSafeEqual } from 'node:crypto'
import type { ProxyContext } from './context.js'
import { Refusal } from './refusal.js'
import type { RequestHeaders } from './request-headers.js'

export interface ProxyAuth {
  readonly user: string
  readonly password: string
}

/** A check of Proxy-Authorization values. Digests are compared, so that neither content nor length shows in the time. */
export function createProxyAuthCheck({ user, password }: ProxyAuth): (credentials: string | undefined) => boolean {
  if (user === '' || user.includes(':')) throw new TypeError('proxyAuth.user must not be empty or contain a colon')
  const expected = sha256(`${user}:${password}`)
  return (credentials) => {
    const encoded = /^basic +([A-Za-z0-9+/=]+)$/i.exec(credentials ?? '')?.[1]
    return encoded !== undefined && timingSafeEqual(sha256(Buffer.from(encoded, 'base64')), expected)
  }
}

/** Throws Refusal 407 for a client that may not use this proxy. */
export function requireAuthorized({ isAuthorized }: ProxyContext, { proxyAuthorization }: RequestHeaders): void {
  if (isAuthorized === undefined || isAuthorized(proxyAuthorization)) return
  const challenge = ['Proxy-Authenticate', 'Basic realm="iam-auth-proxy", charset="UTF-8"']
  throw new Refusal(407, 'this proxy wants its user and password', 'http_request_denied', challenge)
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}
