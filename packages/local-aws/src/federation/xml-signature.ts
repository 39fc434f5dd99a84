import { createHash, type KeyObject, verify } from 'node:crypto'
import { canonicalize } from './exclusive-c14n.js'
import { type XmlElement, XmlError } from './xml-document.js'
import { attributeOf, childrenNamed, elementsOf, onlyChild, textOf } from './xml-query.js'

/** The namespace of XML signatures. */
export const signatureNamespace = 'http://www.w3.org/2000/09/xmldsig#'

// The only algorithms taken. What SAML signatures should use today; no SHA-1, no XPath, no XSLT.
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const enveloped = `${signatureNamespace}enveloped-signature`
const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256'

/** The signature that an element carries; undefined if none. Throws `XmlError` if it carries two. */
export function findSignature(element: XmlElement): XmlElement | undefined {
  const [signature, ...others] = childrenNamed(element, signatureNamespace, 'Signature')
  if (others.length > 0) throw new XmlError('an element has more than one signature')
  return signature
}

/**
 * Whether the enveloped signature covers exactly the element that carries it, and the key made it. What the signature says about
 * keys (`KeyInfo`) is not looked at.
 * @see https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf §5.4
 *
 * Throws `XmlError` for a signature of another form.
 */
export function isSignatureValid(element: XmlElement, signature: XmlElement, key: KeyObject): boolean {
  const signedInfo = onlyChild(signature, signatureNamespace, 'SignedInfo')
  const method = onlyChild(signedInfo, signatureNamespace, 'CanonicalizationMethod')
  requireAlgorithm(method, exclusive)
  requireAlgorithm(onlyChild(signedInfo, signatureNamespace, 'SignatureMethod'), rsaSha256)
  const reference = onlyChild(signedInfo, signatureNamespace, 'Reference')
  const value = textOf(onlyChild(signature, signatureNamespace, 'SignatureValue'))
  if (!isDigestRight(element, signature, reference)) return false
  const signed = Buffer.from(canonicalize(signedInfo, readPrefixList(method)))
  return verify('sha256', signed, key, Buffer.from(value, 'base64'))
}

function isDigestRight(element: XmlElement, signature: XmlElement, reference: XmlElement): boolean {
  const id = attributeOf(element, 'ID')
  if (!id || attributeOf(reference, 'URI') !== `#${id}`)
    throw new XmlError('a signature must refer to the element that carries it')
  const [first, second, ...others] = elementsOf(onlyChild(reference, signatureNamespace, 'Transforms'))
  if (!first || !second || others.length > 0) throw new XmlError('a signature must have two transforms')
  requireAlgorithm(first, enveloped)
  requireAlgorithm(second, exclusive)
  requireAlgorithm(onlyChild(reference, signatureNamespace, 'DigestMethod'), sha256)
  const canonical = canonicalize(element, readPrefixList(second), signature)
  const digest = createHash('sha256').update(canonical).digest('base64')
  return textOf(onlyChild(reference, signatureNamespace, 'DigestValue')) === digest
}

function requireAlgorithm(element: XmlElement, algorithm: string): void {
  if (attributeOf(element, 'Algorithm') !== algorithm)
    throw new XmlError(`${element.local} must be ${algorithm}, not ${attributeOf(element, 'Algorithm') ?? 'missing'}`)
}

function readPrefixList(method: XmlElement): string[] {
  const [inclusive] = childrenNamed(method, exclusive, 'InclusiveNamespaces')
  return (inclusive && attributeOf(inclusive, 'PrefixList'))?.split(/\s+/).filter((prefix) => prefix !== '') ?? []
}
