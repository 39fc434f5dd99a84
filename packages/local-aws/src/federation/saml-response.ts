import { createPublicKey } from 'node:crypto'
import { AwsError } from '../aws-error.js'
import type { SamlProvider } from '../world/account.js'
import { parseXml, type XmlElement, XmlError } from './xml-document.js'
import { attributeOf, childrenNamed, onlyChild, withDescendants } from './xml-query.js'
import { findSignature, isSignatureValid, signatureNamespace } from './xml-signature.js'

const protocol = 'urn:oasis:names:tc:SAML:2.0:protocol'
/** The namespace of SAML assertions. */
export const samlNamespace = 'urn:oasis:names:tc:SAML:2.0:assertion'
const success = 'urn:oasis:names:tc:SAML:2.0:status:Success'

/**
 * The assertion of a SAML response (in base64, as STS takes it), after verifying that the provider signed it, or the response that
 * holds it. Only what the verified tree holds is ever read.
 *
 * Throws `InvalidIdentityToken`.
 */
export function verifySamlResponse(encoded: string, provider: SamlProvider): XmlElement {
  try {
    const response = parseXml(Buffer.from(encoded, 'base64').toString('utf8'))
    if (response.local !== 'Response' || response.namespace !== protocol) throw new XmlError('not a SAML response')
    const assertion = onlyChild(response, samlNamespace, 'Assertion')
    requireSuccess(response)
    requireSignatures(response, assertion, provider)
    return assertion
  } catch (error) {
    if (error instanceof XmlError)
      throw new AwsError('InvalidIdentityToken', `Your request included an invalid SAML response: ${error.message}`)
    throw error
  }
}

function requireSuccess(response: XmlElement): void {
  const [code] = childrenNamed(onlyChild(response, protocol, 'Status'), protocol, 'StatusCode')
  if (!code || attributeOf(code, 'Value') !== success) throw new XmlError('the status is not success')
}

// Every signature must sit where it belongs and be valid, ids must be unique: no room for a second assertion (signature wrapping).
function requireSignatures(response: XmlElement, assertion: XmlElement, provider: SamlProvider): void {
  const all = withDescendants(response)
  const ids = all.map((element) => attributeOf(element, 'ID')).filter((id) => id !== undefined)
  if (new Set(ids).size < ids.length) throw new XmlError('two elements have the same ID')
  const key = createPublicKey(provider.certificate)
  const signed = [response, assertion].flatMap((element) => {
    const signature = findSignature(element)
    return signature ? [{ element, signature }] : []
  })
  const everywhere = all.filter(({ local, namespace }) => local === 'Signature' && namespace === signatureNamespace)
  const isValid = signed.every(({ element, signature }) => isSignatureValid(element, signature, key))
  if (signed.length === 0 || everywhere.length > signed.length || !isValid)
    throw new AwsError('InvalidIdentityToken', 'Response signature invalid')
}
