import tls from 'node:tls'

/** Who passes no certificates of their own. */
const PUBLIC_ONLY: readonly string[] = []

const contexts = new WeakMap<readonly string[], tls.SecureContext>()

/**
 * What trusts the public authorities and these certificates (PEM): made once for each list, since that takes longer than a
 * handshake. Throws OpenSSL's error for what is no certificate.
 */
export function trustContextFor(ca: readonly string[] = PUBLIC_ONLY): tls.SecureContext {
  let context = contexts.get(ca)
  if (context === undefined) {
    context = tls.createSecureContext(ca === PUBLIC_ONLY ? {} : { ca: [...tls.rootCertificates, ...ca] })
    contexts.set(ca, context)
  }
  return context
}
