import { randomBytes } from 'node:crypto'
import type { Principal } from './iam/principal.js'
import type { PolicyDocument } from './policy/document.js'
import type { LocalAwsState } from './state.js'
import { issueCredential, type SessionGrant, type StsDeps } from './sts/session.js'
import type { Account, Role } from './world/account.js'
import { federatedPrincipal, rolePrincipal, userPrincipal } from './world/world.js'

/** Whose session to make, without asking STS: no trust policy, no limits. */
export type SessionRequest = SessionSubject & {
  /** @default the first account */
  readonly accountId?: string
  /** @default 3600 */
  readonly durationSeconds?: number
  /** `aws:MultiFactorAuthPresent`. @default false */
  readonly mfa?: boolean
  /** A session policy. */
  readonly policy?: PolicyDocument
}

/** The kinds of sessions there are. */
export type SessionSubject =
  /** As AssumeRole answers. */
  | { readonly role: string; readonly sessionName?: string }
  /** As GetSessionToken answers. */
  | { readonly user: string }
  /** As GetFederationToken answers. `by` is the IAM user who called it. */
  | { readonly federatedUser: string; readonly by?: string }
  /** As IAM Identity Center answers. The role of the permission set is made if it is not there. */
  | { readonly permissionSet: string; readonly userName: string }

/** Temporary credentials, and whose they are. */
export interface IssuedSession {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
  readonly arn: string
  readonly userId: string
}

/** Makes temporary credentials. Throws `TypeError` for a user or role that does not exist. */
export function issueSession(request: SessionRequest, state: LocalAwsState, deps: StsDeps): IssuedSession {
  const account = state.account(request.accountId)
  const { principal, origin } = findSubject(request, account, state)
  const { durationSeconds = 3600, mfa = false, policy } = request
  const credential = issueCredential(deps, {
    principal,
    origin,
    durationSeconds,
    mfaPresent: mfa,
    sessionPolicy: policy,
  })
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = credential
  const { arn, userId } = principal
  return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiresAt), arn, userId }
}

type Subject = Pick<SessionGrant, 'origin'> & { readonly principal: Principal }

function findSubject(subject: SessionSubject, account: Account, state: LocalAwsState): Subject {
  const { id, partition } = account
  if ('role' in subject) {
    const role = state.role(subject.role, id)
    return { origin: 'role', principal: rolePrincipal(role, partition, subject.sessionName ?? 'session') }
  }
  if ('permissionSet' in subject) {
    const role = findPermissionSetRole(subject.permissionSet, account, state)
    return { origin: 'role', principal: rolePrincipal(role, partition, subject.userName) }
  }
  if ('user' in subject)
    return { origin: 'session-token', principal: userPrincipal(state.user(subject.user, id), partition) }
  const principal = federatedPrincipal(state.user(subject.by, id), partition, subject.federatedUser)
  return { origin: 'federation-token', principal }
}

// The suffix changes whenever the assignment is made anew, so that nobody should match it: random here, as there.
// https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
function findPermissionSetRole(permissionSet: string, account: Account, state: LocalAwsState): Role {
  const prefix = `AWSReservedSSO_${permissionSet}_`
  const known = [...account.roles.values()].find(
    ({ name }) => name.startsWith(prefix) && name.length === prefix.length + 16,
  )
  if (known) return known
  const name = prefix + randomBytes(8).toString('hex')
  return state.addRole({ name, path: '/aws-reserved/sso.amazonaws.com/', maxSessionSeconds: 43_200 }, account.id)
}
