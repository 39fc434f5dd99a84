import type { PublicKey } from './certificate.js'
import {
  bitString,
  booleanTrue,
  implicit,
  implicitSequence,
  objectIdentifier,
  octetString,
  sequence,
  unsignedInteger,
} from './der.js'

/** Of id-ce, RFC 5280 4.2.1, and id-kp-serverAuth of 4.2.1.12. */
const OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const

/** GeneralName, RFC 5280 4.2.1.6. */
const DNS_NAME = 2
const IP_ADDRESS = 7

/** What a certificate authority may do: sign certificates (keyCertSign, cRLSign), with `pathLength` others in between. */
export function authorityExtensions(pathLength: number): Buffer[] {
  return [
    critical(OID.basicConstraints, sequence(booleanTrue(), unsignedInteger(Buffer.of(pathLength)))),
    critical(OID.keyUsage, bitString(Buffer.of(0b0000_0110), 1)),
  ]
}

/** A server: no authority, digitalSignature alone, which is all that TLS wants of an EC key. */
export function serverExtensions(): Buffer[] {
  return [critical(OID.basicConstraints, sequence()), critical(OID.keyUsage, bitString(Buffer.of(0b1000_0000), 7))]
}

/** For TLS servers only: not for mail, code or clients. */
export function serverAuthOnly(): Buffer {
  return extension(OID.extendedKeyUsage, sequence(objectIdentifier(OID.serverAuth)))
}

/**
 * Only these names and what is below them, and no IP address at all: without the second half some clients would take a
 * certificate for an address, which no permitted name speaks about. Critical, so that who cannot read it refuses.
 *
 * @param permitted A-labels in lower case; at least one, since none would be no constraint
 */
export function nameConstraints(permitted: readonly string[]): Buffer {
  if (permitted.length === 0) throw new TypeError('an authority needs at least one permitted name')
  const names = permitted.map((name) => sequence(implicit(DNS_NAME, Buffer.from(name))))
  // Address and mask of 0.0.0.0/0 and ::/0: all zeros.
  const addresses = [8, 32].map((size) => sequence(implicit(IP_ADDRESS, Buffer.alloc(size))))
  return critical(OID.nameConstraints, sequence(implicitSequence(0, ...names), implicitSequence(1, ...addresses)))
}

/** What the certificate is for. */
export function subjectAltName(...names: readonly Buffer[]): Buffer {
  return extension(OID.subjectAltName, sequence(...names))
}

/** A host, as an entry of `subjectAltName`. */
export function dnsName(host: string): Buffer {
  return implicit(DNS_NAME, Buffer.from(host))
}

/** Which key a certificate has, and which one signed it, so that a client finds the issuer without trying. */
export function keyIdentifiers(subject: PublicKey, issuer: PublicKey): Buffer[] {
  return [
    extension(OID.subjectKeyIdentifier, octetString(subject.identifier)),
    extension(OID.authorityKeyIdentifier, sequence(implicit(0, issuer.identifier))),
  ]
}

function critical(oid: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(oid), booleanTrue(), octetString(value))
}

function extension(oid: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(oid), octetString(value))
}
