import type { EncryptionContext, Partition } from 'iam-auth-protocol'
import type { Deps } from '../deps.js'
import type { Rate } from '../http/token-buckets.js'
import type { IamIdentity } from '../identity.js'
import type { Logger } from '../log.js'
import type { ArnPattern } from '../policy/arn-pattern.js'
import type { AllowRules } from '../policy/rules.js'
import type { DerivedKeys } from '../secrets.js'
import type { Store } from '../stores/store.js'
import type { KeyReference } from './key-reference.js'
import type { AwsCredentialsProvider } from './options.js'
import type { PublicPath } from './public-paths.js'

/** Every option, checked, with its default: what the middleware runs on. Frozen. */
export interface IamAuthConfig {
  readonly realm: string
  readonly partition: Partition
  readonly key: KeyReference
  /** Newest first. */
  readonly keys: readonly [DerivedKeys, ...DerivedKeys[]]
  /** Undefined: loopback hosts are their own origins. */
  readonly origin: string | undefined
  /** The service's own pairs of the encryption context. */
  readonly extraContext: EncryptionContext
  /** Ascending. */
  readonly protocols: readonly (1 | 2)[]
  readonly authPath: string
  readonly logoutPath: string
  readonly sessionSeconds: number
  /** Unix seconds. */
  readonly sessionsNotBefore: number
  readonly stsRegions: readonly [string, ...string[]]
  readonly publicPaths: readonly PublicPath[]
  readonly allow: AllowRules
  readonly trustedSessionNameRoles: readonly ArnPattern[]
  readonly store: Store | undefined
  readonly rateLimit: Rate
  readonly totalRateLimit: Rate
  readonly maxConcurrentLogins: number
  readonly logger: Logger
  readonly onLogin: ((identity: IamIdentity, login: { readonly version: 1 | 2 }) => void) | undefined
  readonly endpoints: { readonly kms: string | undefined; readonly sts: string | undefined }
  readonly credentials: AwsCredentialsProvider | undefined
  readonly deps: Partial<Deps>
}
