import { AwsError } from '../aws-error.js'
import type { Account, SamlProvider } from '../world/account.js'
import type { SamlAssertion } from './saml-assertion.js'

const redeemWithinMilliseconds = 5 * 60_000
const skewMilliseconds = 5 * 60_000
const attributes = 'https://aws.amazon.com/SAML/Attributes'

// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
const signIn: Readonly<Record<string, RegExp>> = {
  aws: /^https:\/\/([a-z0-9-]+\.)?signin\.aws\.amazon\.com\/saml$/,
  'aws-cn': /^https:\/\/([a-z0-9-]+\.)?signin\.amazonaws\.cn\/saml$/,
  'aws-us-gov': /^https:\/\/([a-z0-9-]+\.)?signin\.amazonaws-us-gov\.com\/saml$/,
}

/** Checks that a verified assertion is this provider's, for AWS, and of now. Throws `InvalidIdentityToken`, `ExpiredTokenException`. */
export function requireAssertion(
  assertion: SamlAssertion,
  provider: SamlProvider,
  account: Account,
  now: number,
): void {
  const endpoint = signIn[account.partition]
  if (assertion.issuer !== provider.issuer) throw invalid('Issuer not present in specified provider')
  if (!assertion.audiences.some((audience) => audience === 'urn:amazon:webservices' || endpoint?.test(audience)))
    throw invalid('Audience is not AWS')
  if (!endpoint?.test(assertion.recipient)) throw invalid('Recipient is not AWS')
  if (Math.max(assertion.issuedAt, assertion.notBefore ?? 0) > now + skewMilliseconds)
    throw invalid('The assertion is not yet valid')
  if (now - assertion.issuedAt > redeemWithinMilliseconds)
    throw new AwsError('ExpiredTokenException', 'Token must be redeemed within 5 minutes of issuance')
  if (assertion.notOnOrAfter <= now) throw new AwsError('ExpiredTokenException', 'The assertion has expired')
}

/** The session name that the provider chose. Throws `InvalidIdentityToken`. */
export function requireSessionName(assertion: SamlAssertion): string {
  const [name, ...others] = assertion.attributes.get(`${attributes}/RoleSessionName`) ?? []
  if (!name || others.length > 0) throw invalid('RoleSessionName is required in AuthnResponse')
  if (!/^[\w+=,.@-]{2,64}$/.test(name))
    throw invalid('RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}')
  return name
}

/** How long the session lasts: the shortest of what was asked, `SessionDuration` and the end of the provider's own session. */
export function readSessionSeconds(assertion: SamlAssertion, asked: number, now: number): number {
  const [text] = assertion.attributes.get(`${attributes}/SessionDuration`) ?? []
  if (text !== undefined && !/^\d{3,5}$/.test(text)) throw invalid('SessionDuration in AuthnResponse must be seconds')
  const limits = [asked]
  if (text !== undefined) limits.push(Number(text))
  if (assertion.sessionEndsAt !== undefined) limits.push(Math.floor((assertion.sessionEndsAt - now) / 1000))
  return Math.max(0, Math.min(...limits))
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidIdentityToken', message)
}
