import { createHash, createPublicKey, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { bitString, explicit, objectIdentifier, sequence, setOf, time, unsignedInteger, utf8String } from './der.js'

/** A name in a certificate: who says it is what. For people, nothing is matched against it. */
export interface DistinguishedName {
  readonly organization: string
  readonly commonName?: string
}

/** A certificate before it is signed. */
export interface CertificateRequest {
  readonly subject: DistinguishedName
  readonly issuer: DistinguishedName
  readonly publicKey: PublicKey
  /** ms since 1970 */
  readonly notBefore: number
  /** ms since 1970 */
  readonly notAfter: number
  /** Encoded, in order. */
  readonly extensions: readonly Buffer[]
}

/** A public key as certificates have it. Taken out of a key once: that takes longer than a signature. */
export interface PublicKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer
  /** RFC 7093, method 1: 160 bits of SHA-256 over the point. */
  readonly identifier: Buffer
}

/** An EC key. */
export interface KeyPair {
  readonly publicKey: PublicKey
  readonly privateKey: KeyObject
}

const OID = { organization: '2.5.4.10', commonName: '2.5.4.3', ecdsaWithSha256: '1.2.840.10045.4.3.2' } as const
/** RFC 5280 4.1.2.2: up to 20 bytes, positive. CAs must have 64 random bits at least. */
const SERIAL_BYTES = 16
/** The point of P-256, uncompressed: the end of SubjectPublicKeyInfo. */
const POINT_BYTES = 65
const IDENTIFIER_BYTES = 20

/** A new key on P-256, the curve that every TLS client takes, made off the main thread. */
export async function generateKey(): Promise<KeyPair> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
  return { privateKey, publicKey: publicKeyOf(privateKey) }
}

/** The public half of a key on P-256. */
export function publicKeyOf(privateKey: KeyObject): PublicKey {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const identifier = createHash('sha256').update(spki.subarray(-POINT_BYTES)).digest().subarray(0, IDENTIFIER_BYTES)
  return { spki, identifier }
}

/** The certificate, as PEM, signed with ECDSA and SHA-256. RFC 5280, section 4.1. */
export function signCertificate(request: CertificateRequest, signingKey: KeyObject): string {
  const { subject, issuer, publicKey, notBefore, notAfter, extensions } = request
  const algorithm = sequence(objectIdentifier(OID.ecdsaWithSha256))
  const body = sequence(
    explicit(0, unsignedInteger(Buffer.of(2))),
    unsignedInteger(randomSerial()),
    algorithm,
    formatName(issuer),
    sequence(time(notBefore), time(notAfter)),
    formatName(subject),
    publicKey.spki,
    explicit(3, sequence(...extensions)),
  )
  const signature = sign('sha256', body, { key: signingKey, dsaEncoding: 'der' })
  return toPem(sequence(body, algorithm, bitString(signature)))
}

/** Not zero, and the same length for all: a first byte of 0x40 to 0x7f. */
function randomSerial(): Buffer {
  const bytes = randomBytes(SERIAL_BYTES)
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f)
  return bytes
}

function formatName({ organization, commonName }: DistinguishedName): Buffer {
  const part = (oid: string, text: string) => setOf(sequence(objectIdentifier(oid), utf8String(text)))
  const named = commonName === undefined ? [] : [part(OID.commonName, commonName)]
  return sequence(part(OID.organization, organization), ...named)
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
