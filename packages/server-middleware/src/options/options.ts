import type { Deps } from '../deps.js'
import type { IamIdentity } from '../identity.js'
import type { Logger } from '../log.js'
import type { Store } from '../stores/store.js'

/**
 * Options of `iamAuth()`. Those with an environment name fall back to it; an option that is given wins.
 * Whatever is missing or wrong is reported at once, as one `TypeError` at construction.
 */
export interface IamAuthOptions {
  /** The account callers belong to, 12 digits. Environment: `AWS_ACCOUNT_ID`. */
  readonly realm?: string | undefined
  /** KMS key by ARN, id, alias or alias ARN; its policy decides who may log in. Environment: `KMS_KEY_ID`. */
  readonly kmsKeyId?: string | undefined
  /**
   * Sign challenges and sessions. Newest first, each of 16 characters or more; the same on every instance.
   * Environment: `SECRET_KEY`, with commas or spaces between several.
   */
  readonly secrets?: readonly string[] | undefined
  /**
   * Where browsers find this service, as `new URL(u).origin` prints it. Without it, only loopback hosts are served.
   * Environment: `IAM_AUTH_ORIGIN`.
   */
  readonly origin?: string | undefined
  /** Region of a key that is not given as an ARN. Environment: `AWS_REGION`, `AWS_DEFAULT_REGION`. */
  readonly region?: string | undefined
  /** Added to the encryption context as the pair `salt`. Environment: `KMS_SALT`. */
  readonly salt?: string | undefined
  /** More pairs for the encryption context. CloudTrail shows them. */
  readonly encryptionContext?: Readonly<Record<string, string>> | undefined
  /** `[1, 2]` also lets clients of the original protocol in. Environment: `IAM_AUTH_PROTOCOLS`. @default [2] */
  readonly protocols?: readonly (1 | 2)[] | undefined
  /** Where logins are posted; logout is `<authPath>/logout`. @default '/auth' */
  readonly authPath?: string | undefined
  /** Seconds a session lives, however much it is used. Environment: `IAM_AUTH_SESSION_SECONDS`. @default 3600 */
  readonly sessionSeconds?: number | undefined
  /** Sessions that began before are refused. */
  readonly sessionsNotBefore?: Date | undefined
  /** Regions whose STS is asked, the preferred one first; 1 to 8. Environment: `IAM_AUTH_STS_REGIONS`. @default the key's */
  readonly stsRegions?: readonly string[] | undefined
  /** Paths that need no login: `/health`, or `/assets/*` for all below. @default [] */
  readonly publicPaths?: readonly string[] | undefined
  /** Who may come in. @default everyone of the realm's account, but its root and federated users */
  readonly allow?: AllowOptions | undefined
  /** Role ARNs (patterns) whose session names an operator vouches for: they become `userName`. @default [] */
  readonly trustedSessionNameRoles?: readonly string[] | undefined
  /** Remembers what was used. @default `memoryStore()`: for one instance; see `redisStore` */
  readonly store?: Store | undefined
  /** Logins of one address (IPv6: of one /64). @default { perSecond: 20, burst: 100 } */
  readonly rateLimit?: { readonly perSecond: number; readonly burst: number } | undefined
  /** Logins of all addresses together, on one instance. @default { perSecond: 100, burst: 500 } */
  readonly totalRateLimit?: { readonly perSecond: number; readonly burst: number } | undefined
  /** Logins that one instance checks at the same time; whoever comes then is told to try again. @default 16 */
  readonly maxConcurrentLogins?: number | undefined
  /** @default one JSON line an event on stderr */
  readonly logger?: Logger | undefined
  /** Called after every login: to audit, or to count who still uses version 1. */
  readonly onLogin?: ((identity: IamIdentity, login: { readonly version: 1 | 2 }) => void) | undefined
  /** Instead of the endpoints of AWS. Environment: `AWS_ENDPOINT_URL_KMS`, `AWS_ENDPOINT_URL_STS`, `AWS_ENDPOINT_URL`. */
  readonly endpoints?: { readonly kms?: string | undefined; readonly sts?: string | undefined } | undefined
  /** The service's own credentials, for KMS. @default what the AWS SDK finds */
  readonly credentials?: AwsCredentialsProvider | undefined
  /** Replaces parts of the world outside: for tests. */
  readonly deps?: Partial<Deps> | undefined
}

/** As the AWS SDK's credential providers have it. */
export type AwsCredentialsProvider = () => Promise<{
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}>

/**
 * Who may come in: whoever one of these rules names. In patterns a `*` stands for any characters but `/` and `:`; they
 * match the whole ARN; the account is always 12 digits.
 */
export interface AllowOptions {
  /** Everyone of these accounts. @default the realm, unless a rule below is given */
  readonly accounts?: readonly string[] | undefined
  /** `arn:aws:iam::123456789012:user/team/*` */
  readonly users?: readonly string[] | undefined
  /** `arn:aws:iam::123456789012:role/Dev*`: without the role's path, which STS does not tell. */
  readonly roles?: readonly string[] | undefined
  /** Names of permission sets of IAM Identity Center, in the realm's account. */
  readonly permissionSets?: readonly string[] | undefined
  /** `AIDA…` of users, `AROA…` of roles: unlike names, never given to another. In the realm's account. */
  readonly uniqueIds?: readonly string[] | undefined
  /** `arn:aws:sts::123456789012:federated-user/*`: whoever calls GetFederationToken chooses that name. @default none */
  readonly federatedUsers?: readonly string[] | undefined
  /** The root user of an account that may come in. @default false */
  readonly root?: boolean | undefined
}
