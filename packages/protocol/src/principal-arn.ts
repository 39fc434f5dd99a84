import { ProtocolError } from './errors.js'
import { isPartition, type Partition } from './partition.js'

/** Who GetCallerIdentity says a caller is. */
export interface Principal {
  /** Exactly as STS gave it. */
  readonly arn: string
  /** The same for every session of a role: `arn:aws:iam::123456789012:role/NAME`; a user's own ARN; else `arn`. */
  readonly canonicalArn: string
  readonly partition: Partition
  readonly account: string
  readonly kind: 'user' | 'role' | 'federated-user' | 'root'
  /** User or role name without its path (STS drops a role's path); the federated name; `root`. */
  readonly name: string
  /** A user's path, `/` or `/division/team/`. Undefined for everything else. */
  readonly path: string | undefined
  /** What the caller of AssumeRole chose. Not an identity, unless IAM Identity Center chose it. */
  readonly sessionName: string | undefined
  /** Of a role that IAM Identity Center made: `AWSReservedSSO_<set>_<16 hex>`. */
  readonly permissionSet: string | undefined
}

const ARN = /^arn:([a-z-]+):(iam|sts)::(\d{12}):([^:\s]+)$/
/** IAM names (IAM API reference): users, roles 64 characters; sessions 2..64; federated users 2..32. */
const NAME = '[A-Za-z0-9_+=,.@-]{1,64}'
const USER = new RegExp(`^user(/(?:[\\x21-\\x2e\\x30-\\x7e]+/)*)(${NAME})$`)
const ASSUMED_ROLE = new RegExp(`^assumed-role/(${NAME})/(${NAME})$`)
const FEDERATED_USER = new RegExp(`^federated-user/(${NAME})$`)
const PERMISSION_SET_ROLE = /^AWSReservedSSO_([A-Za-z0-9_+=,.@-]{1,32})_[0-9a-f]{16}$/

/** @throws ProtocolError ERR_IAM_PRINCIPAL_ARN: not an ARN that GetCallerIdentity returns. */
export function parsePrincipalArn(arn: string): Principal {
  const [, partition = '', service, account = '', resource = ''] = ARN.exec(arn) ?? []
  if (!isPartition(partition)) throw malformed()
  const base = { arn, partition, account }
  return service === 'iam' ? parseIamResource(base, resource) : parseStsResource(base, resource)
}

type Base = Pick<Principal, 'arn' | 'partition' | 'account'>

function parseIamResource(base: Base, resource: string): Principal {
  const none = { path: undefined, sessionName: undefined, permissionSet: undefined }
  if (resource === 'root') return { ...base, ...none, canonicalArn: base.arn, kind: 'root', name: 'root' }
  const [, path, name] = USER.exec(resource) ?? []
  if (name === undefined || path === undefined) throw malformed()
  return { ...base, ...none, canonicalArn: base.arn, kind: 'user', name, path }
}

function parseStsResource(base: Base, resource: string): Principal {
  const none = { path: undefined, sessionName: undefined, permissionSet: undefined }
  const [, federatedName] = FEDERATED_USER.exec(resource) ?? []
  if (federatedName !== undefined) {
    return { ...base, ...none, canonicalArn: base.arn, kind: 'federated-user', name: federatedName }
  }
  const [, name, sessionName] = ASSUMED_ROLE.exec(resource) ?? []
  if (name === undefined || sessionName === undefined) throw malformed()
  const canonicalArn = `arn:${base.partition}:iam::${base.account}:role/${name}`
  const permissionSet = PERMISSION_SET_ROLE.exec(name)?.[1]
  return { ...base, canonicalArn, kind: 'role', name, path: undefined, sessionName, permissionSet }
}

function malformed(): ProtocolError {
  return new ProtocolError('ERR_IAM_PRINCIPAL_ARN', 'not the ARN of a user, an assumed role, a federated user or root')
}
