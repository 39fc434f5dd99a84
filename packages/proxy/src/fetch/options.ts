/** As the AWS SDK's credential providers have it: `fromTemporaryCredentials({ … })` and its like fit. */
export type CredentialsProvider = () => Promise<{
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  readonly expiration?: Date | undefined
}>

/** What is trusted beyond the default, for one origin: `--trust` of the command line as an object. */
export interface TrustedOrigin {
  /** As `new URL(u).origin` prints it. */
  readonly origin: string
  /** Full ARN of the only key that proofs are sealed under; it may be of another account than the realm. */
  readonly key?: string
  /** 1 also allows version 1, which hands the service live credentials. @default 2 */
  readonly protocol?: 1 | 2
  /** Logins that need it may go over unencrypted http. @default false */
  readonly plainHttp?: boolean
}

/** Every host below a name, and the only account whose keys they may name. */
export interface TrustedSuffix {
  /** `https://*.corp.example.com` */
  readonly suffix: string
  /** 12 digits */
  readonly keyAccount: string
}

/** Where logins, and why they were not made, are reported. pino and `console` fit. */
export interface IamFetchLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
}

/** Options of `createIamFetch()`. All are optional; whatever is wrong is reported at once, at construction. */
export interface IamFetchOptions {
  /** Whose credentials are used, asked before they expire. @default what the AWS SDK finds: environment, profile, role … */
  readonly credentials?: CredentialsProvider | undefined
  /** A profile of the shared configuration, instead of `credentials`. @default `AWS_PROFILE`, or `default` */
  readonly profile?: string | undefined
  /** For profiles with `mfa_serial`: the current code of that device. @default such a profile cannot be used */
  readonly mfaCode?: ((serialNumber: string) => Promise<string>) | undefined
  /** Whose STS is asked. @default `AWS_REGION`, `AWS_DEFAULT_REGION`, else eu-west-1 */
  readonly region?: string | undefined
  /**
   * What is trusted beyond version 2 under a key of the realm's own account, and pins: strings as of `--trust`, or objects.
   * The files of `iam-auth-proxy trust` are not read. @default []
   */
  readonly trust?: readonly (string | TrustedOrigin | TrustedSuffix)[] | undefined
  /** Log in to what `trust` covers and nowhere else: where others have a say in the URLs. @default false */
  readonly onlyTrusted?: boolean | undefined
  /** Where no login is made: the service's 401, with `refusalOf(response)`, or an `IamFetchError`. @default 'response' */
  readonly onRefusal?: 'response' | 'throw' | undefined
  /** ms that a call waits for a login, credentials and AWS included. @default 30_000 */
  readonly timeoutMs?: number | undefined
  /** What requests, and logins, are sent with: to go through a dispatcher or a proxy of yours. @default `globalThis.fetch` */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** @default nothing is logged */
  readonly log?: IamFetchLog | undefined
}
