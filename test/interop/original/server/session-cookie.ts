/** The `session` cookie: an ARN under an HMAC whose key lives as long as the service. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Creates a signing key. `format` gives the cookie's value, `parse` the ARN of one this key signed. */
export function createSessions() {
  const key = randomBytes(32)
  const sign = (payload: string) => createHmac('sha256', key).update(payload).digest('base64url')
  return {
    format(arn: string): string {
      const payload = Buffer.from(arn).toString('base64url')
      return `${payload}.${sign(payload)}`
    },
    parse(rawCookies: string | undefined): string | undefined {
      const [, payload = '', mac = ''] = /(?:^|;\s*)session=([\w-]+)\.([\w-]+)/.exec(rawCookies ?? '') ?? []
      const isOurs =
        mac.length === sign(payload).length && timingSafeEqual(Buffer.from(mac), Buffer.from(sign(payload)))
      return isOurs ? Buffer.from(payload, 'base64url').toString() : undefined
    },
  }
}
