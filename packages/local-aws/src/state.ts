import { checkSeed } from './seed/check-seed.js'
import { completeDefaultAccount } from './seed/default-seed.js'
import type { AccountSeed, KeySeed, RoleSeed, Seed, UserSeed } from './seed/seed.js'
import type { Account, KmsKey, Role, User } from './world/account.js'
import { addAccount, addKey, addRole, addUser } from './world/populate.js'
import { createWorld, type World } from './world/world.js'

/** Handles on what exists. Each throws `TypeError` for what does not; without a name, the first is meant. */
export interface LocalAwsState {
  readonly region: string
  /** @default the first account of the seed */
  account(id?: string): Account
  user(name?: string, accountId?: string): User
  role(name?: string, accountId?: string): Role
  /** By key id, ARN or alias (`alias/iam-auth`). */
  key(name?: string, accountId?: string): KmsKey
  addAccount(seed: AccountSeed): Account
  addUser(seed: UserSeed, accountId?: string): User
  addRole(seed: RoleSeed, accountId?: string): Role
  addKey(seed: KeySeed, accountId?: string): KmsKey
}

/** The world a seed describes. Throws `TypeError` that names every problem of the seed. */
export function populateWorld(seed: Seed, region: string, accountId: string, now: () => number): World {
  const [first = { id: accountId }, ...rest] = checkSeed(seed).accounts ?? []
  const world = createWorld(region)
  addAccount(world, completeDefaultAccount(first, region), now())
  for (const account of rest) addAccount(world, account, now())
  return world
}

/** Handles over a world. */
export function createState(world: World, now: () => number): LocalAwsState {
  const account = (id?: string) => pick('account', world.accounts, id)
  return {
    region: world.region,
    account,
    user: (name, accountId) => pick('user', account(accountId).users, name),
    role: (name, accountId) => pick('role', account(accountId).roles, name),
    key: (name, accountId) => pickKey(account(accountId).keys, name),
    addAccount: (seed) => addAccount(world, requireSeed({ accounts: [seed] }, seed), now()),
    addUser: (seed, accountId) => addUser(world, account(accountId), requirePart('users', seed)),
    addRole: (seed, accountId) => addRole(account(accountId), requirePart('roles', seed)),
    addKey: (seed, accountId) => addKey(world, account(accountId), requirePart('keys', seed), now()),
  }
}

function pick<T>(kind: string, all: ReadonlyMap<string, T>, name: string | undefined): T {
  const found = name === undefined ? all.values().next().value : all.get(name)
  if (found === undefined)
    throw new TypeError(`there is no ${kind} ${name ?? 'at all'}; there are: ${[...all.keys()].join(', ')}`)
  return found
}

function pickKey(keys: readonly KmsKey[], name: string | undefined): KmsKey {
  const isNamed = (key: KmsKey) => name === undefined || [key.id, key.arn, ...key.aliases].includes(name)
  const found = keys.find(isNamed)
  if (found === undefined)
    throw new TypeError(`there is no key ${name ?? 'at all'}; there are: ${keys.map((key) => key.arn).join(', ')}`)
  return found
}

function requirePart<T>(list: 'users' | 'roles' | 'keys', seed: T): T {
  return requireSeed({ accounts: [{ id: '000000000000', [list]: [seed] }] }, seed)
}

function requireSeed<T>(whole: unknown, seed: T): T {
  checkSeed(whole)
  return seed
}
