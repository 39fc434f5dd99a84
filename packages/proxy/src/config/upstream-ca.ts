import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Env } from './config.js'

/** RFC 7468 */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * The certificates in the files that `--upstream-ca` names, and in that of `NODE_EXTRA_CA_CERTS`, which Node itself would
 * forget beside a list of ours. Nothing where no file is named.
 *
 * @throws TypeError or the system's error for a file without certificates or that cannot be read
 */
export function readUpstreamCa(paths: readonly string[], env: Env): string[] {
  if (paths.length === 0) return []
  const extra = env['NODE_EXTRA_CA_CERTS']
  return [...paths, ...(extra ? [extra] : [])].flatMap(readCertificates)
}

function readCertificates(path: string): string[] {
  const certificates = readFileSync(path, 'utf8').match(CERTIFICATE) ?? []
  if (certificates.length === 0)
    throw new TypeError(`${path} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)`)
  for (const pem of certificates) requireCertificate(pem, path)
  return certificates
}

function requireCertificate(pem: string, path: string): void {
  try {
    new X509Certificate(pem)
  } catch (cause) {
    throw new TypeError(`a certificate in ${path} cannot be read`, { cause })
  }
}
