import type { Credential, Principal } from '../iam/principal.js'
import { asList, type PolicyDocument, type PolicyPrincipal } from './document.js'
import { askIdentityPolicies, askResourcePolicy, type PolicyQuestion, type PrincipalMatch } from './evaluate.js'

/** The thing asked for: whose it is, and the policy on it. */
export interface Resource {
  readonly arn: string
  readonly accountId: string
  readonly policy: PolicyDocument
}

/**
 * Why the caller may not do it, as AWS words it after "User: … is not authorized to perform: … on resource: …"; undefined if
 * allowed.
 *
 * Within an account, a resource policy that names the caller is enough, and one that names the account leaves it to the identity
 * policies. Across accounts both must allow.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function findRefusal(credential: Credential, resource: Resource, question: PolicyQuestion): string | undefined {
  const { principal } = credential
  const byIdentity = askIdentityPolicies(principal.policies, question)
  if (byIdentity === 'deny') return 'with an explicit deny in an identity-based policy'
  const byResource = askResourcePolicy(resource.policy, question, (named) => matchPrincipal(named, principal))
  if (byResource === 'deny') return 'with an explicit deny in a resource-based policy'
  const bySession = credential.sessionPolicy ? askIdentityPolicies([credential.sessionPolicy], question) : 'allow'
  if (bySession === 'deny') return 'with an explicit deny in a session policy'
  if (byResource === 'none') return `because no resource-based policy allows the ${question.action} action`
  const isEnough = byResource === 'named' && resource.accountId === principal.accountId
  if (!isEnough && byIdentity === 'none') return `because no identity-based policy allows the ${question.action} action`
  return bySession === 'allow' ? undefined : `because no session policy allows the ${question.action} action`
}

function matchPrincipal(named: PolicyPrincipal, caller: Principal): PrincipalMatch {
  if (named === '*') return 'named'
  const names = named.AWS === undefined ? [] : asList(named.AWS)
  if (names.some((name) => name === '*' || caller.names.includes(name))) return 'named'
  const root = `arn:${caller.partition}:iam::${caller.accountId}:root`
  return names.some((name) => name === caller.accountId || name === root) ? 'account' : 'none'
}

/** Whether a trust policy lets a SAML or OpenID Connect provider's users in, under the question's conditions. */
export function isFederationTrusted(policy: PolicyDocument, providerArn: string, question: PolicyQuestion): boolean {
  const answer = askResourcePolicy(policy, question, (named) => {
    if (named === '*' || named.Federated === undefined) return 'none'
    return asList(named.Federated).includes(providerArn) ? 'named' : 'none'
  })
  return answer === 'named'
}
