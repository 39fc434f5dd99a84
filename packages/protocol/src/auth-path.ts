import { ProtocolError } from './errors.js'

const MAX_BYTES = 256
/** `/`, then segments of unreserved, sub-delims, `:` and `@` (RFC 3986 §3.3) without percent-encoding. */
const SHAPE = /^(?:\/[A-Za-z0-9\-._~!$&'()*+,;=:@]+)+$/

/**
 * The path where a service takes proofs. Returns its argument.
 *
 * @throws ProtocolError ERR_IAM_AUTH_PATH
 */
export function requireAuthPath(path: string): string {
  const dotted = path.split('/').some((segment) => segment === '.' || segment === '..')
  if (path.length < 2 || path.length > MAX_BYTES || dotted || !SHAPE.test(path)) {
    throw new ProtocolError('ERR_IAM_AUTH_PATH', 'not a plain absolute path')
  }
  return path
}
