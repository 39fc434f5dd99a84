import { AwsError } from '../aws-error.js'
import { type Credential, principalContext } from '../iam/principal.js'
import { findRefusal } from '../policy/authorize.js'
import type { Role } from '../world/account.js'
import { rolePrincipal } from '../world/world.js'
import { findRole } from './find-role.js'
import type { StsResult } from './format.js'
import { consumeMfa } from './mfa.js'
import { readDuration, readText, requireNoneOf, requireText, rules, type StsParams } from './params.js'
import { formatCredentials, issueCredential, type StsDeps } from './session.js'
import { formatPackedPolicySize, readSessionPolicy } from './session-policy.js'

/**
 * Credentials of a role, if its trust policy lets the caller in.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 *
 * Throws `AccessDenied`, `ValidationError`, `MalformedPolicyDocument`.
 */
export function assumeRole(params: StsParams, caller: Credential, deps: StsDeps): StsResult {
  const roleArn = requireText(params, 'RoleArn', rules.arn)
  const sessionName = requireText(params, 'RoleSessionName', rules.sessionName)
  const externalId = readText(params, 'ExternalId', rules.externalId)
  const asked = readDuration(params, { min: 900, max: 43_200, default: 3600 })
  const sessionPolicy = readSessionPolicy(params)
  requireNoneOf(params, ['Tags', 'TransitiveTagKeys', 'SourceIdentity', 'PolicyArns', 'ProvidedContexts'])
  if (caller.principal.kind === 'root')
    throw new AwsError('AccessDenied', 'Roles may not be assumed by root accounts.', 403)
  const mfaPresent =
    consumeMfa(params, caller, deps) || (caller.origin === 'session-token' && caller.mfaPresent === true)
  const found = findRole(deps.world, roleArn)
  const context = assumeContext(caller, mfaPresent, sessionName, externalId)
  if (!found || !isAllowed(caller, found.role, context)) throw notAuthorized(caller, roleArn)
  requireDuration(asked, found.role, caller.origin === 'role')
  const principal = rolePrincipal(found.role, found.account.partition, sessionName)
  const grant = { principal, origin: 'role', durationSeconds: asked, mfaPresent, sessionPolicy } as const
  return {
    Credentials: formatCredentials(issueCredential(deps, grant)),
    AssumedRoleUser: { AssumedRoleId: principal.userId, Arn: principal.arn },
    PackedPolicySize: formatPackedPolicySize(params),
  }
}

function assumeContext(
  caller: Credential,
  mfaPresent: boolean,
  sessionName: string,
  externalId: string | undefined,
): Map<string, string> {
  const context = principalContext(caller)
  if (mfaPresent) context.set('aws:multifactorauthpresent', 'true')
  context.set('sts:rolesessionname', sessionName)
  if (externalId !== undefined) context.set('sts:externalid', externalId)
  return context
}

function isAllowed(caller: Credential, role: Role, context: ReadonlyMap<string, string>): boolean {
  const resource = { arn: role.arn, accountId: role.accountId, policy: role.trustPolicy }
  return findRefusal(caller, resource, { action: 'sts:AssumeRole', resource: role.arn, context }) === undefined
}

// The same for a role that does not exist: AWS does not tell who has which roles.
function notAuthorized(caller: Credential, roleArn: string): AwsError {
  return new AwsError(
    'AccessDenied',
    `User: ${caller.principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    403,
  )
}

function requireDuration(seconds: number, role: Role, isChained: boolean): void {
  if (isChained && seconds > 3600)
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    )
  requireRoleDuration(seconds, role)
}

/** Throws `ValidationError` if a session may not last so long. */
export function requireRoleDuration(seconds: number, role: Role): void {
  if (seconds > role.maxSessionSeconds)
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    )
}
