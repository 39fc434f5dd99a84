/** Bytes as Go's standard library writes and reads them, where JavaScript's own functions differ. */
import type { Credentials } from '@aws-sdk/client-sts'

/** Go's `url.QueryEscape`: space is `+`, everything but letters, digits and `-_.~` is `%XX`. */
export function formatQueryEscape(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[^A-Za-z0-9\-_.~]/g, (c) =>
      c === ' ' ? '+' : `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )
}

/** Go's `url.URL.Path`: the percent-decoded bytes, where a `+` stays a `+`. */
export function parsePathUnescape(path: string): Buffer {
  const latin1 = path.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(latin1, 'latin1')
}

/**
 * What Go's `base64.StdEncoding.DecodeString` returns beside its error: every whole quantum before the first fault.
 * The original looks at the wrong error variable, so these bytes are what it goes on with.
 */
export function decodeBase64UntilFault(text: string): Buffer {
  const whole = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/.exec(text)?.[0] ?? ''
  return Buffer.from(whole, 'base64')
}

/** `json.Marshal` of the STS credentials: names in order, no spaces, the time in RFC3339Nano. */
export function formatCredentials(credentials: Credentials): string {
  const { AccessKeyId, Expiration, SecretAccessKey, SessionToken } = credentials
  const json = JSON.stringify({
    AccessKeyId,
    Expiration: Expiration && formatRfc3339Nano(Expiration),
    SecretAccessKey,
    SessionToken,
  })
  return json.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A whole second has no fraction, another one no trailing zeros. */
function formatRfc3339Nano(time: Date): string {
  return time.toISOString().replace(/\.?0*Z$/, 'Z')
}
