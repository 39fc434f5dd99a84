import { type Partition, type Principal, parsePrincipalArn } from 'iam-auth-protocol'

/** What GetCallerIdentity says. */
export interface CallerIdentity {
  readonly account: string
  readonly arn: string
  readonly userId: string
}

/** Who is signed in. Frozen, and shared by the requests of a session. */
export interface IamIdentity {
  /** Exactly as STS gave it: `arn:aws:iam::123456789012:user/team/alice`, `arn:aws:sts::…:assumed-role/Dev/session`. */
  readonly arn: string
  /** The same for every session of a role: `arn:aws:iam::123456789012:role/Dev` (STS drops a role's path). Decide on this one. */
  readonly canonicalArn: string
  readonly account: string
  readonly partition: Partition
  readonly kind: Principal['kind']
  /** An IAM user's name without its path; of a role, its session's name where that can be trusted, else undefined. */
  readonly userName: string | undefined
  /** Without its path. Undefined unless `kind` is `role`. */
  readonly roleName: string | undefined
  /** Whoever calls AssumeRole chooses it: an identity only where `sessionNameTrusted` is true. */
  readonly sessionName: string | undefined
  /** The role is one of IAM Identity Center, or the option `trustedSessionNameRoles` lists it. */
  readonly sessionNameTrusted: boolean
  /** Of IAM Identity Center: the name of the permission set. */
  readonly permissionSet: string | undefined
  /** STS's UserId: `AIDA…` of a user, `AROA…:session` of a role. Never used twice, unlike names. */
  readonly uniqueId: string
  /** End of the session, ms since 1970. */
  readonly expiresAt: number
  /** The session's random id. */
  readonly sid: string
}

declare global {
  namespace Express {
    interface Request {
      /** Who is signed in; set by `iamAuth()` alone. Undefined on public paths without a session, and on CORS preflights. */
      iam?: IamIdentity
    }
  }
}

/** What of a session is not in the caller's ARN. */
export interface SessionFacts {
  readonly sid: string
  readonly expiresAt: number
}

/** @throws ProtocolError ERR_IAM_PRINCIPAL_ARN */
export function toIdentity(
  { arn, userId }: Pick<CallerIdentity, 'arn' | 'userId'>,
  trustsSessionName: (principal: Principal) => boolean,
  { sid, expiresAt }: SessionFacts,
): IamIdentity {
  const principal = parsePrincipalArn(arn)
  const { canonicalArn, account, partition, kind, name, sessionName, permissionSet } = principal
  const sessionNameTrusted = kind === 'role' && (permissionSet !== undefined || trustsSessionName(principal))
  const trustedSessionName = sessionNameTrusted ? sessionName : undefined
  return Object.freeze({
    arn,
    canonicalArn,
    account,
    partition,
    kind,
    userName: kind === 'user' ? name : trustedSessionName,
    roleName: kind === 'role' ? name : undefined,
    sessionName,
    sessionNameTrusted,
    permissionSet,
    uniqueId: userId,
    expiresAt,
    sid,
  })
}
