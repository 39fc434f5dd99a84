import type { IamIdentity } from '../identity.js'
import { type ArnPattern, matchesArn } from './arn-pattern.js'
import type { AllowRules } from './rules.js'

/** Whether a rule names this caller. Asked at the login, and again when a session is first seen by a process. */
export function mayComeIn(identity: IamIdentity, rules: AllowRules): boolean {
  const { kind, account, canonicalArn } = identity
  const matches = (patterns: readonly ArnPattern[]) => patterns.some((pattern) => matchesArn(pattern, canonicalArn))
  if (!rules.knownAccounts.has(account)) return false
  if (kind === 'root') return rules.root && (account === rules.realm || rules.accounts.has(account))
  if (kind === 'federated-user') return matches(rules.federatedUsers)
  if (rules.accounts.has(account)) return true
  if (matches(kind === 'user' ? rules.users : rules.roles)) return true
  return account === rules.realm && namedInRealm(identity, rules)
}

function namedInRealm({ permissionSet, uniqueId }: IamIdentity, rules: AllowRules): boolean {
  if (permissionSet !== undefined && rules.permissionSets.has(permissionSet)) return true
  return rules.uniqueIds.has(uniqueId.split(':', 1)[0] ?? '')
}
