import { createPrivateKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import { type DistinguishedName, generateKey, type PublicKey, publicKeyOf, signCertificate } from './certificate.js'
import { authorityExtensions, keyIdentifiers, nameConstraints, serverAuthOnly } from './extensions.js'
import { isPermitted, widestNames } from './names.js'

/** What is kept of an authority. The root's key is not: nobody can sign with it again. */
export interface AuthorityRecord {
  /** A-labels: these names and what is below them. */
  readonly permitted: readonly string[]
  /** The certificate that clients are told to trust. */
  readonly rootPem: string
  readonly intermediatePem: string
  /** PKCS #8. */
  readonly intermediateKeyPem: string
}

/** A local certificate authority that clients trust for a few names. */
export interface Authority {
  /** A-labels: these names and what is below them. */
  readonly permitted: readonly string[]
  readonly rootPem: string
  /** SHA-256 of the root, as `openssl x509 -fingerprint` prints it: `AB:CD:…`. */
  readonly fingerprint: string
  /** ms since 1970. One that has expired is of no use: clients refuse all it signs. */
  readonly expiresAt: number
  /** Exactly a permitted name, or below one; never an IP literal. */
  covers(host: string): boolean
  /** Signs the leaves. */
  readonly issuer: Issuer
}

/** The intermediate: it signs, and stands behind the leaf in what a server sends. */
interface Issuer {
  readonly name: DistinguishedName
  readonly certificatePem: string
  readonly publicKey: PublicKey
  /** Its content is in no text: Node prints nothing of it. */
  readonly privateKey: KeyObject
}

const DAY_MS = 86_400_000
/** Long enough to forget the commands, short enough that what is left of a machine in a drawer is of no use. */
const VALID_MS = 730 * DAY_MS
/** Clocks of virtual machines and of other devices are behind by hours. */
export const CLOCK_SKEW_MS = DAY_MS
export const ORGANIZATION = 'iam-auth-proxy'

/**
 * A new authority: a root that signs one intermediate and is then without its key. Both have the same constraints: some
 * clients (Java) do not look at those of a root.
 *
 * @param names at least one, checked by `requirePermittedName`
 * @param now ms since 1970
 */
export async function createAuthority(names: readonly string[], now: number): Promise<AuthorityRecord> {
  const permitted = widestNames(names)
  const [root, intermediate] = await Promise.all([generateKey(), generateKey()])
  // Two authorities of one name would be mixed up by clients that have seen both.
  const id = randomBytes(4).toString('hex')
  const rootName = { organization: ORGANIZATION, commonName: `${ORGANIZATION} root ${id}` }
  const common = { issuer: rootName, notBefore: now - CLOCK_SKEW_MS, notAfter: now + VALID_MS }
  const constraints = nameConstraints(permitted)
  const rootPem = signCertificate(
    {
      ...common,
      subject: rootName,
      publicKey: root.publicKey,
      extensions: [...authorityExtensions(1), constraints, ...keyIdentifiers(root.publicKey, root.publicKey)],
    },
    root.privateKey,
  )
  const identifiers = keyIdentifiers(intermediate.publicKey, root.publicKey)
  const intermediatePem = signCertificate(
    {
      ...common,
      subject: intermediateName(id),
      publicKey: intermediate.publicKey,
      extensions: [...authorityExtensions(0), constraints, serverAuthOnly(), ...identifiers],
    },
    root.privateKey,
  )
  const intermediateKeyPem = intermediate.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { permitted, rootPem, intermediatePem, intermediateKeyPem }
}

/** The authority of a record. @throws TypeError that says what does not fit together */
export function openAuthority(record: AuthorityRecord): Authority {
  const { permitted, rootPem, intermediatePem, intermediateKeyPem } = record
  const root = new X509Certificate(rootPem)
  const intermediate = new X509Certificate(intermediatePem)
  const privateKey = createPrivateKey(intermediateKeyPem)
  const problem = problemOf(root, intermediate, privateKey, nameConstraints(permitted))
  if (problem !== undefined) throw new TypeError(problem)
  const id = /^CN=.* ([0-9a-f]{8})$/m.exec(intermediate.subject)?.[1] ?? ''
  return Object.freeze({
    permitted: [...permitted],
    rootPem,
    fingerprint: root.fingerprint256,
    expiresAt: Math.min(Date.parse(root.validTo), Date.parse(intermediate.validTo)),
    covers: (host: string) => isPermitted(permitted, host),
    issuer: {
      name: intermediateName(id),
      certificatePem: intermediatePem,
      publicKey: publicKeyOf(privateKey),
      privateKey,
    },
  })
}

function intermediateName(id: string): DistinguishedName {
  return { organization: ORGANIZATION, commonName: `${ORGANIZATION} intermediate ${id}` }
}

/** What we say that is permitted is what clients are told: the very bytes of the constraints stand in both certificates. */
function problemOf(root: X509Certificate, intermediate: X509Certificate, key: KeyObject, constraints: Buffer) {
  if (!root.ca || !root.checkIssued(root) || !root.verify(root.publicKey)) return 'the root is not one'
  if (!intermediate.ca || !intermediate.checkIssued(root) || !intermediate.verify(root.publicKey)) {
    return 'the intermediate certificate is not of this root'
  }
  if (!intermediate.checkPrivateKey(key)) return 'the key is not that of the intermediate certificate'
  if (![root, intermediate].every(({ raw }) => raw.includes(constraints))) {
    return 'the permitted names are not those of the certificates'
  }
  return undefined
}
