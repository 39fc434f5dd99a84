import type { Partition } from 'iam-auth-protocol'
import type { AllowOptions } from '../options/options.js'
import { type ArnPattern, parseArnPattern } from './arn-pattern.js'

/** Who may come in, checked and complete. */
export interface AllowRules {
  readonly realm: string
  /** Accounts that any rule names; a caller of another one is refused before the rules are asked. */
  readonly knownAccounts: ReadonlySet<string>
  readonly accounts: ReadonlySet<string>
  readonly users: readonly ArnPattern[]
  readonly roles: readonly ArnPattern[]
  readonly permissionSets: ReadonlySet<string>
  readonly uniqueIds: ReadonlySet<string>
  readonly federatedUsers: readonly ArnPattern[]
  readonly root: boolean
}

const NAMES = ['accounts', 'users', 'roles', 'permissionSets', 'uniqueIds', 'federatedUsers', 'root']

/** @throws Error that says which rule is wrong */
export function resolveRules(allow: AllowOptions, realm: string, partition: Partition): AllowRules {
  requireKnownNames(allow)
  const { permissionSets = [], uniqueIds = [], root = false } = allow
  const patterns = (kind: ArnPattern['kind'], texts: readonly string[] = []) =>
    texts.map((text) => parseArnPattern(text, kind, partition))
  const users = patterns('user', allow.users)
  const roles = patterns('role', allow.roles)
  const federatedUsers = patterns('federated-user', allow.federatedUsers)
  const named = [allow.users, allow.roles, allow.permissionSets, allow.uniqueIds].some((rule) => rule !== undefined)
  const accounts = allow.accounts ?? (named ? [] : [realm])
  requireShapes('account', accounts, /^\d{12}$/)
  requireShapes('permission set', permissionSets, /^[\w+=,.@-]{1,32}$/)
  requireShapes('unique id', uniqueIds, /^A(?:IDA|ROA)[A-Z0-9]{12,124}$/)
  const rules = [accounts, users, roles, permissionSets, uniqueIds, federatedUsers]
  if (rules.every((rule) => rule.length === 0) && !root) throw new Error('it admits nobody')
  return {
    realm,
    knownAccounts: new Set([
      realm,
      ...accounts,
      ...[...users, ...roles, ...federatedUsers].map((rule) => rule.account),
    ]),
    accounts: new Set(accounts),
    users,
    roles,
    permissionSets: new Set(permissionSets),
    uniqueIds: new Set(uniqueIds),
    federatedUsers,
    root,
  }
}

function requireKnownNames(allow: AllowOptions): void {
  const unknown = Object.keys(allow).filter((name) => !NAMES.includes(name))
  if (unknown.length > 0) throw new Error(`unknown rule ${unknown.join(', ')}`)
}

function requireShapes(what: string, values: readonly string[], shape: RegExp): void {
  const wrong = values.find((value) => !shape.test(value))
  if (wrong !== undefined) throw new Error(`${JSON.stringify(wrong)} is not ${what === 'account' ? 'an' : 'a'} ${what}`)
}
