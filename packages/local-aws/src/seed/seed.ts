import type { PolicyDocument } from '../policy/document.js'

/** What the embedded AWS starts with. Everything left out gets a sensible value; ids and secrets left out are random. */
export interface Seed {
  /** The first account is the default one. Left out: one account with a user, a server's user, a role and a login key. */
  readonly accounts?: readonly AccountSeed[]
}

/** One AWS account. The default account gets default users, roles and keys for each of these lists that is left out. */
export interface AccountSeed {
  /** Twelve digits. */
  readonly id: string
  /** @default 'aws' */
  readonly partition?: 'aws' | 'aws-cn' | 'aws-us-gov'
  readonly users?: readonly UserSeed[]
  readonly roles?: readonly RoleSeed[]
  readonly keys?: readonly KeySeed[]
  readonly samlProviders?: readonly SamlProviderSeed[]
  readonly oidcProviders?: readonly OidcProviderSeed[]
  /** Keys of the account's root user. @default none */
  readonly rootAccessKeys?: readonly AccessKeySeed[]
}

/** An IAM user. */
export interface UserSeed {
  readonly name: string
  /** Begins and ends with a slash. @default '/' */
  readonly path?: string
  /** @default one active random key */
  readonly accessKeys?: readonly AccessKeySeed[]
  /** Identity policies. @default none: the user may call GetCallerIdentity and GetSessionToken only */
  readonly policies?: readonly PolicyDocument[]
  /** Virtual MFA devices. @default none */
  readonly mfaDevices?: readonly MfaDeviceSeed[]
}

/** A long-term access key. */
export interface AccessKeySeed {
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  /** @default 'Active' */
  readonly status?: 'Active' | 'Inactive'
}

/** A virtual MFA device. */
export interface MfaDeviceSeed {
  /** @default `arn:aws:iam::<account>:mfa/<user>` */
  readonly serialNumber?: string
  /** Base32. @default random */
  readonly secret?: string
}

/** An IAM role. */
export interface RoleSeed {
  readonly name: string
  /** @default '/' */
  readonly path?: string
  /** Who may assume it. @default the role's own account, so identity policies decide */
  readonly trustPolicy?: PolicyDocument
  readonly policies?: readonly PolicyDocument[]
  /** 3600 to 43200. @default 3600 */
  readonly maxSessionSeconds?: number
}

/** A KMS key. It lives in one region. */
export interface KeySeed {
  /** A UUID, or `mrk-` and 32 hex digits. @default a random UUID */
  readonly id?: string
  /** @default the server's region */
  readonly region?: string
  /** Each begins with `alias/`. @default none */
  readonly aliases?: readonly string[]
  readonly description?: string
  /** @default lets the account's identity policies decide, as the console's default key policy does */
  readonly policy?: PolicyDocument
  /** @default 'Enabled' */
  readonly state?: KeyState
  /** @default 'ENCRYPT_DECRYPT' */
  readonly usage?: 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY'
}

/** The states of a key that are modelled. */
export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion'

/** A SAML identity provider. */
export interface SamlProviderSeed {
  readonly name: string
  /** The `entityID` of its metadata: the assertion's Issuer. */
  readonly issuer: string
  /** PEM: an X.509 certificate or a public key. RSA. */
  readonly certificate: string
}

/** An OpenID Connect identity provider. */
export interface OidcProviderSeed {
  /** Such as `https://login.example.com`: the token's `iss`. */
  readonly issuer: string
  /** The audiences it may issue tokens for. */
  readonly clientIds: readonly string[]
  /** Its public keys, as its `jwks_uri` answers. */
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] }
}
