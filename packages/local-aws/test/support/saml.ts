import type { KeyObject } from 'node:crypto'
import { SignedXml } from 'xml-crypto'

export const roleArn = 'arn:aws:iam::123456789012:role/saml'
export const providerArn = 'arn:aws:iam::123456789012:saml-provider/idp'
export const issuer = 'https://idp.example/metadata'

/** What a test changes of an assertion that would be accepted. */
export interface SamlParts {
  issuer?: string
  audience?: string
  recipient?: string
  roles?: string[]
  sessionName?: string
  sessionSeconds?: string
  status?: string
  issuedAt?: number
  notBefore?: number
  notOnOrAfter?: number
  /** More XML inside the assertion, before it is signed. */
  extra?: string
}

const time = (at: number) => new Date(at).toISOString()
const attribute = (name: string, values: string[]) =>
  `<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/${name}">${values
    .map(
      (value) =>
        `<saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">${value}</saml:AttributeValue>`,
    )
    .join('')}</saml:Attribute>`

/** A SAML response in the form that identity providers send. */
export function formatResponse(now: number, parts: SamlParts = {}): string {
  const issuedAt = parts.issuedAt ?? now
  const end = time(parts.notOnOrAfter ?? now + 300_000)
  const attributes = [
    ...(parts.roles?.length === 0 ? [] : [attribute('Role', parts.roles ?? [`${roleArn},${providerArn}`])]),
    ...(parts.sessionName === '' ? [] : [attribute('RoleSessionName', [parts.sessionName ?? 'ann@corp.example'])]),
    ...(parts.sessionSeconds ? [attribute('SessionDuration', [parts.sessionSeconds])] : []),
  ]
  return `<?xml version="1.0" encoding="UTF-8"?>
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="_response" Version="2.0" IssueInstant="${time(issuedAt)}" Destination='https://signin.aws.amazon.com/saml'>
  <saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${parts.issuer ?? issuer}</saml:Issuer>
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${parts.status ?? 'Success'}"/></samlp:Status>
  <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" ID="_assertion" IssueInstant="${time(issuedAt)}">
    <saml:Issuer>${parts.issuer ?? issuer}</saml:Issuer>
    <saml:Subject>
      <saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ann &amp; co</saml:NameID>
      <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
        <saml:SubjectConfirmationData NotOnOrAfter="${end}" Recipient="${parts.recipient ?? 'https://signin.aws.amazon.com/saml'}"/>
      </saml:SubjectConfirmation>
    </saml:Subject>
    <saml:Conditions NotBefore="${time(parts.notBefore ?? issuedAt)}" NotOnOrAfter="${end}">
      <saml:AudienceRestriction><saml:Audience>${parts.audience ?? 'urn:amazon:webservices'}</saml:Audience></saml:AudienceRestriction>
    </saml:Conditions>
    <saml:AttributeStatement>${attributes.join('\n      ')}${parts.extra ?? ''}</saml:AttributeStatement>
  </saml:Assertion>
</samlp:Response>`
}

export interface SamlSigning {
  readonly key: KeyObject
  readonly element?: 'Assertion' | 'Response'
  readonly inclusivePrefixes?: string[]
  readonly digest?: string
  readonly algorithm?: string
  readonly canonicalization?: string
}

const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'

/** Signs a response with xml-crypto, as identity providers written in JavaScript do. */
export function signResponse(xml: string, signing: SamlSigning): string {
  const { element = 'Assertion', inclusivePrefixes = [], canonicalization = exclusive } = signing
  const signer = new SignedXml({
    privateKey: signing.key.export({ type: 'pkcs8', format: 'pem' }) as string,
    canonicalizationAlgorithm: canonicalization,
    signatureAlgorithm: signing.algorithm ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  })
  const xpath = `//*[local-name(.)='${element}']`
  signer.addReference({
    xpath,
    digestAlgorithm: signing.digest ?? 'http://www.w3.org/2001/04/xmlenc#sha256',
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', canonicalization],
    inclusiveNamespacesPrefixList: inclusivePrefixes,
  })
  signer.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: `${xpath}/*[local-name(.)='Issuer']`, action: 'after' },
  })
  return signer.getSignedXml()
}
