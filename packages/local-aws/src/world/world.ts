import type { Credential, Principal } from '../iam/principal.js'
import type { AccessKey, Account, KmsKey, Role, User } from './account.js'

/** Everything that exists, and the indexes by which requests find it. */
export interface World {
  /** Where keys are made that name no region. */
  readonly region: string
  readonly accounts: Map<string, Account>
  /** By access key id: long-term keys and every session that was issued. */
  readonly credentials: Map<string, Credential>
  /** By key id. */
  readonly kmsKeys: Map<string, KmsKey>
}

/** A world with nothing in it. */
export function createWorld(region: string): World {
  return { region, accounts: new Map(), credentials: new Map(), kmsKeys: new Map() }
}

/** The user's principal, over the live list of its policies. */
export function userPrincipal(user: User, partition: string): Principal {
  return {
    kind: 'user',
    accountId: user.accountId,
    partition,
    arn: user.arn,
    userId: user.userId,
    userName: user.name,
    principalArn: user.arn,
    names: [user.arn],
    policies: user.policies,
  }
}

/** A session of a role. The ARN drops the role's path, as AWS does. */
export function rolePrincipal(role: Role, partition: string, sessionName: string): Principal {
  const arn = `arn:${partition}:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`
  return {
    kind: 'role',
    accountId: role.accountId,
    partition,
    arn,
    userId: `${role.roleId}:${sessionName}`,
    principalArn: role.arn,
    names: [arn, role.arn],
    policies: role.policies,
  }
}

/** A federated user, whose name the IAM user who made it chose; it may do what that user may, within the session policy. */
export function federatedPrincipal(user: User, partition: string, name: string): Principal {
  const arn = `arn:${partition}:sts::${user.accountId}:federated-user/${name}`
  return {
    kind: 'federated-user',
    accountId: user.accountId,
    partition,
    arn,
    userId: `${user.accountId}:${name}`,
    principalArn: arn,
    names: [arn],
    policies: user.policies,
  }
}

/** The root user of an account, who may do everything that no resource policy denies. */
export function rootPrincipal(account: Account): Principal {
  const arn = `arn:${account.partition}:iam::${account.id}:root`
  return {
    kind: 'root',
    accountId: account.id,
    partition: account.partition,
    arn,
    userId: account.id,
    principalArn: arn,
    names: [arn],
    policies: [{ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }],
  }
}

/** Makes a long-term key usable. Throws `TypeError` if its id is taken. */
export function registerAccessKey(world: World, accessKey: AccessKey, principal: Principal): void {
  const { accessKeyId, secretAccessKey } = accessKey
  if (world.credentials.has(accessKeyId)) throw new TypeError(`the access key id ${accessKeyId} is given twice`)
  const isActive = () => accessKey.status === 'Active'
  world.credentials.set(accessKeyId, { accessKeyId, secretAccessKey, origin: 'long-term', principal, isActive })
}
