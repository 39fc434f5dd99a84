import { quote } from '../trust/quote.js'
import { type Authority, CLOCK_SKEW_MS, ORGANIZATION } from './authority.js'
import { type PublicKey, signCertificate } from './certificate.js'
import { dnsName, keyIdentifiers, serverAuthOnly, serverExtensions, subjectAltName } from './extensions.js'
import { normaliseHost } from './names.js'

/** Apple takes 825 days at most, others less and less; nobody but this process has it, so it can be short. */
const VALID_MS = 30 * 86_400_000

/** A server certificate for one host. */
export interface Leaf {
  /** The leaf, then the intermediate: what a server sends. */
  readonly chainPem: string
  /** ms since 1970 */
  readonly notAfter: number
}

/**
 * A leaf for one host: in its subjectAltName only, without a wildcard.
 *
 * @param now ms since 1970
 * @throws RangeError where the authority does not cover the host, or has expired: no client would take the leaf
 */
export function mintLeaf(authority: Authority, host: string, publicKey: PublicKey, now: number): Leaf {
  const name = requireCovered(authority, host)
  if (now >= authority.expiresAt) throw new RangeError('the authority has expired: iam-auth-proxy ca install')
  return signLeaf(authority, [dnsName(name)], publicKey, now)
}

/** The host as the leaf has it. @throws RangeError where the authority does not cover it */
export function requireCovered(authority: Authority, host: string): string {
  const name = normaliseHost(host)
  if (name === undefined || !authority.covers(name)) throw new RangeError(`${quote(host)} is outside of the authority`)
  return name
}

/** The same as `mintLeaf`, without asking whether a client would take it. */
export function signLeaf(
  { issuer, expiresAt }: Authority,
  names: readonly Buffer[],
  publicKey: PublicKey,
  now: number,
): Leaf {
  const notAfter = Math.min(now + VALID_MS, expiresAt)
  const request = {
    subject: { organization: ORGANIZATION },
    issuer: issuer.name,
    publicKey,
    notBefore: now - CLOCK_SKEW_MS,
    notAfter,
    extensions: [
      ...serverExtensions(),
      serverAuthOnly(),
      ...keyIdentifiers(publicKey, issuer.publicKey),
      subjectAltName(...names),
    ],
  }
  return { chainPem: signCertificate(request, issuer.privateKey) + issuer.certificatePem, notAfter }
}
