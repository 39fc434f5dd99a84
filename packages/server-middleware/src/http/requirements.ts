import type { IncomingMessage } from 'node:http'
import { LoginRefusal } from '../refusal.js'

/** @throws LoginRefusal ERR_IAM_METHOD */
export function requireMethod(req: IncomingMessage, method: string): void {
  if (req.method !== method) throw new LoginRefusal('ERR_IAM_METHOD', `${req.method} where only ${method} is taken`)
}

/** JSON, in UTF-8 if it says so, and not compressed. No form of another site can send that. @throws LoginRefusal ERR_IAM_CONTENT_TYPE */
export function requireJson({ headers }: IncomingMessage): void {
  const isJson = /^application\/json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?$/i.test(headers['content-type'] ?? '')
  if (!isJson || headers['content-encoding'] !== undefined) {
    throw new LoginRefusal('ERR_IAM_CONTENT_TYPE', 'not application/json without an encoding')
  }
}

/** What a browser says about where a request comes from; other clients say nothing. @throws LoginRefusal ERR_IAM_CROSS_SITE */
export function requireSameSite({ headers }: IncomingMessage, origin: string): void {
  const site = headers['sec-fetch-site']
  const sameOrigin = headers.origin === undefined || headers.origin === origin // `null` is another site
  if (!sameOrigin || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
    throw new LoginRefusal('ERR_IAM_CROSS_SITE', 'sent by a page of another site')
  }
}
