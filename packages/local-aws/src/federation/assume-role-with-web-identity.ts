import { AwsError } from '../aws-error.js'
import { isFederationTrusted } from '../policy/authorize.js'
import { requireRoleDuration } from '../sts/assume-role.js'
import { findRole } from '../sts/find-role.js'
import type { StsResult } from '../sts/format.js'
import { readDuration, requireNoneOf, requireText, rules, type StsParams } from '../sts/params.js'
import { formatCredentials, issueCredential, type StsDeps } from '../sts/session.js'
import { formatPackedPolicySize, readSessionPolicy } from '../sts/session-policy.js'
import type { OidcProvider } from '../world/account.js'
import { rolePrincipal } from '../world/world.js'
import { readUntrustedIssuer, type TokenClaims, verifyToken } from './json-web-token.js'

/**
 * Credentials of a role for the bearer of an OpenID Connect token.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 *
 * Throws `InvalidIdentityToken`, `ExpiredTokenException`, `AccessDenied`, `ValidationError`.
 */
export function assumeRoleWithWebIdentity(params: StsParams, deps: StsDeps): StsResult {
  const roleArn = requireText(params, 'RoleArn', rules.arn)
  const sessionName = requireText(params, 'RoleSessionName', rules.sessionName)
  const token = requireText(params, 'WebIdentityToken', { min: 4, max: 20_000 })
  const durationSeconds = readDuration(params, { min: 900, max: 43_200, default: 3600 })
  const sessionPolicy = readSessionPolicy(params)
  requireNoneOf(params, ['ProviderId', 'PolicyArns'])
  const found = findRole(deps.world, roleArn)
  if (!found) throw notAuthorized()
  const issuer = readUntrustedIssuer(token)
  const provider = found.account.oidcProviders.find((candidate) => candidate.issuer === issuer)
  if (!provider)
    throw new AwsError('InvalidIdentityToken', `No OpenIDConnect provider found in your account for ${issuer}`)
  const claims = verifyToken(token, provider)
  const subject = requireClaims(claims, provider, deps.now())
  const context = claimContext(claims, subject, provider, sessionName)
  const question = { action: 'sts:AssumeRoleWithWebIdentity', resource: roleArn, context }
  if (!isFederationTrusted(found.role.trustPolicy, provider.arn, question)) throw notAuthorized()
  requireRoleDuration(durationSeconds, found.role)
  const principal = rolePrincipal(found.role, found.account.partition, sessionName)
  const grant = { principal, origin: 'role', durationSeconds, mfaPresent: false, sessionPolicy } as const
  return {
    SubjectFromWebIdentityToken: subject.sub,
    Audience: subject.aud,
    AssumedRoleUser: { AssumedRoleId: principal.userId, Arn: principal.arn },
    Credentials: formatCredentials(issueCredential(deps, grant)),
    Provider: provider.arn,
    PackedPolicySize: formatPackedPolicySize(params),
  }
}

interface Subject {
  readonly sub: string
  readonly aud: string
}

function requireClaims(claims: TokenClaims, provider: OidcProvider, now: number): Subject {
  const { sub, exp, iat, nbf } = claims
  const seconds = Math.floor(now / 1000)
  if (typeof sub !== 'string' || sub === '') throw invalid('The ID Token provided does not contain a subject.')
  if (typeof exp !== 'number' || typeof iat !== 'number')
    throw invalid('Missing a required claim: exp and iat must be numbers')
  if (exp <= seconds)
    throw new AwsError(
      'ExpiredTokenException',
      `Token expired: current date/time ${seconds} must be before the expiration date/time ${exp}`,
    )
  // Five minutes for a clock that runs ahead, as everywhere at AWS.
  if (Math.max(iat, typeof nbf === 'number' ? nbf : iat) > seconds + 300) throw invalid('Token is not yet valid')
  return { sub, aud: requireAudience(claims, provider) }
}

// With `azp` AWS takes it for the audience: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
function requireAudience(claims: TokenClaims, provider: OidcProvider): string {
  const { aud, azp } = claims
  const claimed = typeof azp === 'string' ? [azp] : [aud].flat()
  const audience = claimed.find((one): one is string => typeof one === 'string' && provider.clientIds.includes(one))
  if (audience === undefined) throw invalid('Incorrect token audience')
  return audience
}

function claimContext(
  claims: TokenClaims,
  subject: Subject,
  provider: OidcProvider,
  sessionName: string,
): Map<string, string> {
  const prefix = provider.issuer.replace(/^https:\/\//, '').toLowerCase()
  const context = new Map([
    ['sts:rolesessionname', sessionName],
    [`${prefix}:sub`, subject.sub],
    [`${prefix}:aud`, subject.aud],
    ['aws:federatedprovider', provider.arn],
  ])
  for (const name of ['amr', 'email', 'oaud'])
    if (typeof claims[name] === 'string') context.set(`${prefix}:${name}`, claims[name])
  return context
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidIdentityToken', message)
}

function notAuthorized(): AwsError {
  return new AwsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403)
}
