import { ProtocolError } from './errors.js'

/**
 * An origin in the ASCII serialisation of RFC 6454 §6.2, exactly as `new URL(u).origin` prints it, http or https.
 * Returns its argument; nothing is normalised, since origins are compared byte for byte.
 *
 * @throws ProtocolError ERR_IAM_ORIGIN
 */
export function requireOrigin(text: string): string {
  if (!isOrigin(text)) throw new ProtocolError('ERR_IAM_ORIGIN', 'not a serialised http(s) origin')
  return text
}

export function isOrigin(text: string): boolean {
  if (!/^https?:\/\//.test(text)) return false
  try {
    return new URL(text).origin === text
  } catch {
    return false
  }
}

/** A host a browser treats as the machine itself: `localhost`, 127.0.0.0/8, `[::1]` (W3C Secure Contexts §3.1). */
export function isLoopbackOrigin(origin: string): boolean {
  if (!isOrigin(origin)) return false
  const { hostname } = new URL(origin)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
