import { randomBytes, randomUUID } from 'node:crypto'
import { createMfaSecret, createSecretAccessKey, createUniqueId } from '../iam/unique-ids.js'
import type { AccessKeySeed, AccountSeed, KeySeed, RoleSeed, UserSeed } from '../seed/seed.js'
import type { AccessKey, Account, KmsKey, Role, User } from './account.js'
import { registerAccessKey, rootPrincipal, userPrincipal, type World } from './world.js'

/** Adds an account and all that its seed names. Throws `TypeError` if something exists already. */
export function addAccount(world: World, seed: AccountSeed, now: number): Account {
  if (world.accounts.has(seed.id)) throw new TypeError(`the account ${seed.id} is given twice`)
  const partition = seed.partition ?? 'aws'
  const iam = `arn:${partition}:iam::${seed.id}`
  const account: Account = {
    id: seed.id,
    partition,
    users: new Map(),
    roles: new Map(),
    keys: [],
    samlProviders: (seed.samlProviders ?? []).map((saml) => ({ ...saml, arn: `${iam}:saml-provider/${saml.name}` })),
    oidcProviders: (seed.oidcProviders ?? []).map((oidc) => ({
      ...oidc,
      arn: `${iam}:oidc-provider/${oidc.issuer.replace(/^https:\/\//, '')}`,
    })),
    rootAccessKeys: (seed.rootAccessKeys ?? []).map(toAccessKey),
  }
  world.accounts.set(account.id, account)
  for (const accessKey of account.rootAccessKeys) registerAccessKey(world, accessKey, rootPrincipal(account))
  for (const user of seed.users ?? []) addUser(world, account, user)
  for (const role of seed.roles ?? []) addRole(account, role)
  for (const key of seed.keys ?? []) addKey(world, account, key, now)
  return account
}

/** Adds a user, its access keys and its MFA devices. */
export function addUser(world: World, account: Account, seed: UserSeed): User {
  if (account.users.has(seed.name)) throw new TypeError(`the user ${seed.name} exists already in ${account.id}`)
  const iam = `arn:${account.partition}:iam::${account.id}`
  const user: User = {
    accountId: account.id,
    name: seed.name,
    arn: `${iam}:user${seed.path ?? '/'}${seed.name}`,
    userId: createUniqueId('AIDA'),
    accessKeys: (seed.accessKeys ?? [{}]).map(toAccessKey),
    policies: [...(seed.policies ?? [])],
    mfaDevices: (seed.mfaDevices ?? []).map((device) => ({
      serialNumber: device.serialNumber ?? `${iam}:mfa/${seed.name}`,
      secret: device.secret ?? createMfaSecret(),
      lastStep: -1,
    })),
  }
  const principal = userPrincipal(user, account.partition)
  for (const accessKey of user.accessKeys) registerAccessKey(world, accessKey, principal)
  account.users.set(user.name, user)
  return user
}

/** Adds a role. */
export function addRole(account: Account, seed: RoleSeed): Role {
  if (account.roles.has(seed.name)) throw new TypeError(`the role ${seed.name} exists already in ${account.id}`)
  const root = `arn:${account.partition}:iam::${account.id}:root`
  const role: Role = {
    accountId: account.id,
    name: seed.name,
    arn: `arn:${account.partition}:iam::${account.id}:role${seed.path ?? '/'}${seed.name}`,
    roleId: createUniqueId('AROA'),
    policies: [...(seed.policies ?? [])],
    trustPolicy: seed.trustPolicy ?? {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: root }, Action: 'sts:AssumeRole' },
    },
    maxSessionSeconds: seed.maxSessionSeconds ?? 3600,
  }
  account.roles.set(role.name, role)
  return role
}

/** Adds a key with new random material. `now` in milliseconds. */
export function addKey(world: World, account: Account, seed: KeySeed, now: number): KmsKey {
  const id = seed.id ?? randomUUID()
  const region = seed.region ?? world.region
  if (world.kmsKeys.has(id)) throw new TypeError(`the key id ${id} is given twice`)
  const key: KmsKey = {
    accountId: account.id,
    id,
    arn: `arn:${account.partition}:kms:${region}:${account.id}:key/${id}`,
    region,
    usage: seed.usage ?? 'ENCRYPT_DECRYPT',
    description: seed.description ?? '',
    createdAt: now,
    material: randomBytes(32),
    aliases: [...(seed.aliases ?? [])],
    policy: seed.policy ?? defaultKeyPolicy(account),
    state: seed.state ?? 'Enabled',
  }
  world.kmsKeys.set(id, key)
  account.keys.push(key)
  return key
}

// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
function defaultKeyPolicy({ partition, id }: Account): KmsKey['policy'] {
  const root = `arn:${partition}:iam::${id}:root`
  return {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' },
  }
}

function toAccessKey(seed: AccessKeySeed): AccessKey {
  return {
    accessKeyId: seed.accessKeyId ?? createUniqueId('AKIA'),
    secretAccessKey: seed.secretAccessKey ?? createSecretAccessKey(),
    status: seed.status ?? 'Active',
  }
}
