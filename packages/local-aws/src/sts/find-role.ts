import type { Account, Role } from '../world/account.js'
import type { World } from '../world/world.js'

/** The role that an ARN names exactly, path and all; undefined if there is none. */
export function findRole(world: World, roleArn: string): { role: Role; account: Account } | undefined {
  const account = world.accounts.get(roleArn.split(':')[4] ?? '')
  const role = account?.roles.get(roleArn.slice(roleArn.lastIndexOf('/') + 1))
  return account && role?.arn === roleArn ? { role, account } : undefined
}
