import { X509Certificate } from 'node:crypto'

/** The certificates of a PEM text, in order. */
export function certificatesOf(pem: string): X509Certificate[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (own) => new X509Certificate(own),
  )
}
