import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { replaceFile } from '../trust/replace-file.js'
import { authorityPaths } from './paths.js'

/** Where systems keep all the roots they trust in one file. The first that is there counts. */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Arch, Gentoo
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', // Fedora, RHEL
  '/etc/pki/tls/certs/ca-bundle.crt', // older RHEL
  '/etc/ssl/ca-bundle.pem', // SUSE
  '/etc/ssl/cert.pem', // Alpine, macOS, the BSDs
]
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * The text of a bundle: the system's roots, or where it has none in a file those of Node, then those of the files named,
 * then ours, each once.
 *
 * @param also bundles that the user's environment names already: who has told programs of a root wants to keep it
 */
export function formatBundle(rootPem: string, also: readonly string[], systemBundles = SYSTEM_BUNDLES): string {
  const system = systemBundles.map(readCertificates).find((found) => found.length > 0) ?? rootCertificates
  const all = [...system, ...also.flatMap(readCertificates), ...certificatesIn(rootPem)]
  return `${[...new Set(all.map((pem) => pem.trim()))].join('\n')}\n`
}

/** Writes the bundle where it differs from what is there, and gives its path. */
export function writeBundle(configFolder: string, text: string): string {
  const { bundle } = authorityPaths(configFolder)
  // Public, and read by any program of this user.
  if (read(bundle) !== text) replaceFile(bundle, text, 0o644)
  return bundle
}

/** None where the file cannot be read: a variable of somebody's that leads nowhere is not for us to complain about. */
function readCertificates(path: string): string[] {
  return certificatesIn(read(path) ?? '')
}

function certificatesIn(text: string): string[] {
  return text.replaceAll('\r', '').match(CERTIFICATE) ?? []
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
