import { randomUUID } from 'node:crypto'
import type { AccountSeed, KeySeed, RoleSeed, UserSeed } from './seed.js'

/** The account's seed with the defaults for each list it leaves out: see `AccountSeed`. */
export function completeDefaultAccount(seed: AccountSeed, region: string): AccountSeed {
  const partition = seed.partition ?? 'aws'
  const keys = seed.keys ?? [defaultKey()]
  const keyArns = keys.map((key) => `arn:${partition}:kms:${key.region ?? region}:${seed.id}:key/${key.id ?? '*'}`)
  return {
    ...seed,
    keys,
    users: seed.users ?? defaultUsers(keyArns, `arn:${partition}:iam::${seed.id}:role/*`),
    roles: seed.roles ?? [defaultRole(keyArns)],
  }
}

function defaultKey(): KeySeed {
  return { id: randomUUID(), aliases: ['alias/iam-auth'], description: 'Login key of iam-auth' }
}

/** `alice` logs in (and can run a server too: one key is enough for a demo); `server` may only verify logins. */
function defaultUsers(keyArns: readonly string[], roles: string): UserSeed[] {
  return [
    {
      name: 'alice',
      mfaDevices: [{}],
      policies: [
        {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:DescribeKey'], Resource: keyArns },
            { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roles },
          ],
        },
      ],
    },
    {
      name: 'server',
      policies: [
        {
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:DescribeKey'], Resource: keyArns },
        },
      ],
    },
  ]
}

/** `developer` may be assumed by the account's users whose policies say so, and may log in. */
function defaultRole(keyArns: readonly string[]): RoleSeed {
  return {
    name: 'developer',
    policies: [{ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'kms:Encrypt', Resource: keyArns } }],
  }
}
