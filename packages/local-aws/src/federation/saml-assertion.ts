import { AwsError } from '../aws-error.js'
import { samlNamespace } from './saml-response.js'
import { type XmlElement, XmlError } from './xml-document.js'
import { attributeOf, childrenNamed, onlyChild, textOf } from './xml-query.js'

/** What AWS reads from an assertion. */
export interface SamlAssertion {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly recipient: string
  readonly subject: string
  readonly subjectType: string
  /** Milliseconds since 1970. */
  readonly issuedAt: number
  readonly notBefore: number | undefined
  /** The earlier of those of the conditions and of the subject's confirmation. */
  readonly notOnOrAfter: number
  /** When the session with the identity provider ends, if it says so. */
  readonly sessionEndsAt: number | undefined
  /** Attribute name → values. */
  readonly attributes: ReadonlyMap<string, readonly string[]>
}

/** Reads a verified assertion. Throws `InvalidIdentityToken` if something of it is missing. */
export function parseAssertion(element: XmlElement): SamlAssertion {
  try {
    return readAssertion(element)
  } catch (error) {
    if (error instanceof XmlError)
      throw new AwsError('InvalidIdentityToken', `Your request included an invalid SAML response: ${error.message}`)
    throw error
  }
}

function readAssertion(element: XmlElement): SamlAssertion {
  const subject = only(element, 'Subject')
  const nameId = only(subject, 'NameID')
  const confirmation = only(subject, 'SubjectConfirmation')
  if (attributeOf(confirmation, 'Method') !== 'urn:oasis:names:tc:SAML:2.0:cm:bearer')
    throw new XmlError('the subject must be confirmed as bearer')
  const confirmed = only(confirmation, 'SubjectConfirmationData')
  const conditions = only(element, 'Conditions')
  const authentication = childrenNamed(element, samlNamespace, 'AuthnStatement')[0]
  return {
    issuer: textOf(only(element, 'Issuer')),
    audiences: childrenNamed(only(conditions, 'AudienceRestriction'), samlNamespace, 'Audience').map(textOf),
    recipient: attributeOf(confirmed, 'Recipient') ?? '',
    subject: textOf(nameId),
    subjectType:
      attributeOf(nameId, 'Format')?.replace(/^urn:oasis:names:tc:SAML:2\.0:nameid-format:/, '') ?? 'unspecified',
    issuedAt: requireTime(element, 'IssueInstant'),
    notBefore: readTime(conditions, 'NotBefore'),
    notOnOrAfter: Math.min(requireTime(confirmed, 'NotOnOrAfter'), requireTime(conditions, 'NotOnOrAfter')),
    sessionEndsAt: authentication && readTime(authentication, 'SessionNotOnOrAfter'),
    attributes: readAttributes(element),
  }
}

function only(parent: XmlElement, local: string): XmlElement {
  return onlyChild(parent, samlNamespace, local)
}

function readAttributes(element: XmlElement): Map<string, readonly string[]> {
  const statements = childrenNamed(element, samlNamespace, 'AttributeStatement')
  const attributes = statements.flatMap((statement) => childrenNamed(statement, samlNamespace, 'Attribute'))
  const values = new Map<string, readonly string[]>()
  for (const attribute of attributes) {
    const name = attributeOf(attribute, 'Name') ?? ''
    if (values.has(name)) throw new XmlError(`the attribute ${name} is given twice`)
    values.set(name, childrenNamed(attribute, samlNamespace, 'AttributeValue').map(textOf))
  }
  return values
}

function requireTime(element: XmlElement, attribute: string): number {
  const time = readTime(element, attribute)
  if (time === undefined) throw new XmlError(`${element.local} must have ${attribute}`)
  return time
}

function readTime(element: XmlElement, attribute: string): number | undefined {
  const text = attributeOf(element, attribute)
  if (text === undefined) return undefined
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw new XmlError(`${attribute} must be a time in UTC`)
  return time
}
