import { createHash } from 'node:crypto'
import { AwsError } from '../aws-error.js'
import { isFederationTrusted } from '../policy/authorize.js'
import { requireRoleDuration } from '../sts/assume-role.js'
import { findRole } from '../sts/find-role.js'
import type { StsResult } from '../sts/format.js'
import { readDuration, requireNoneOf, requireText, rules, type StsParams } from '../sts/params.js'
import { formatCredentials, issueCredential, type StsDeps } from '../sts/session.js'
import { formatPackedPolicySize, readSessionPolicy } from '../sts/session-policy.js'
import type { Account, SamlProvider } from '../world/account.js'
import { rolePrincipal } from '../world/world.js'
import { parseAssertion, type SamlAssertion } from './saml-assertion.js'
import { readSessionSeconds, requireAssertion, requireSessionName } from './saml-checks.js'
import { verifySamlResponse } from './saml-response.js'

/**
 * Credentials of a role for the bearer of a SAML response.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
 *
 * Throws `InvalidIdentityToken`, `ExpiredTokenException`, `AccessDenied`, `ValidationError`.
 */
export function assumeRoleWithSaml(params: StsParams, deps: StsDeps): StsResult {
  const roleArn = requireText(params, 'RoleArn', rules.arn)
  const providerArn = requireText(params, 'PrincipalArn', rules.arn)
  const response = requireText(params, 'SAMLAssertion', { min: 4, max: 100_000 })
  const asked = readDuration(params, { min: 900, max: 43_200, default: 3600 })
  const sessionPolicy = readSessionPolicy(params)
  requireNoneOf(params, ['PolicyArns'])
  const found = findRole(deps.world, roleArn)
  const provider = found?.account.samlProviders.find(({ arn }) => arn === providerArn)
  if (!found || !provider) throw notAuthorized()
  const assertion = parseAssertion(verifySamlResponse(response, provider))
  requireAssertion(assertion, provider, found.account, deps.now())
  const sessionName = requireSessionName(assertion)
  const context = samlContext(assertion, provider, found.account)
  const question = { action: 'sts:AssumeRoleWithSAML', resource: roleArn, context }
  const isNamed = assertion.attributes.get(roleAttribute)?.some((pair) => isPair(pair, roleArn, providerArn))
  if (!isNamed || !isFederationTrusted(found.role.trustPolicy, providerArn, question)) throw notAuthorized()
  requireRoleDuration(asked, found.role)
  const durationSeconds = readSessionSeconds(assertion, asked, deps.now())
  const principal = rolePrincipal(found.role, found.account.partition, sessionName)
  const grant = { principal, origin: 'role', durationSeconds, mfaPresent: false, sessionPolicy } as const
  return {
    Credentials: formatCredentials(issueCredential(deps, grant)),
    AssumedRoleUser: { AssumedRoleId: principal.userId, Arn: principal.arn },
    PackedPolicySize: formatPackedPolicySize(params),
    Subject: assertion.subject,
    SubjectType: assertion.subjectType,
    Issuer: assertion.issuer,
    Audience: assertion.recipient,
    NameQualifier: nameQualifier(assertion, provider, found.account),
  }
}

const roleAttribute = 'https://aws.amazon.com/SAML/Attributes/Role'

// "role ARN,provider ARN" or the other way round: providers write both.
function isPair(pair: string, roleArn: string, providerArn: string): boolean {
  const arns = pair.split(',').map((arn) => arn.trim())
  return arns.length === 2 && arns.includes(roleArn) && arns.includes(providerArn)
}

function samlContext(assertion: SamlAssertion, provider: SamlProvider, account: Account): Map<string, string> {
  return new Map([
    ['saml:aud', assertion.recipient],
    ['saml:iss', assertion.issuer],
    ['saml:sub', assertion.subject],
    ['saml:sub_type', assertion.subjectType],
    ['saml:namequalifier', nameQualifier(assertion, provider, account)],
    ['aws:federatedprovider', provider.arn],
  ])
}

// "BASE64 ( SHA1 ( "https://example.com/saml" + "123456789012" + "/MySAMLIdP" ) )", says the API reference.
function nameQualifier(assertion: SamlAssertion, provider: SamlProvider, account: Account): string {
  return createHash('sha1').update(`${assertion.issuer}${account.id}/${provider.name}`).digest('base64')
}

function notAuthorized(): AwsError {
  return new AwsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithSAML', 403)
}
