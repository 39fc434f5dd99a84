import type { MfaDevice } from '../iam/totp.js'
import type { PolicyDocument } from '../policy/document.js'
import type { KeyState } from '../seed/seed.js'

/** An account as it lives in memory. What is not readonly may be changed at any time; the next request sees it. */
export interface Account {
  readonly id: string
  readonly partition: string
  readonly users: Map<string, User>
  readonly roles: Map<string, Role>
  readonly keys: KmsKey[]
  readonly samlProviders: SamlProvider[]
  readonly oidcProviders: OidcProvider[]
  readonly rootAccessKeys: AccessKey[]
}

/** An IAM user. */
export interface User {
  readonly accountId: string
  readonly name: string
  readonly arn: string
  /** `AIDA…` */
  readonly userId: string
  readonly accessKeys: AccessKey[]
  readonly policies: PolicyDocument[]
  readonly mfaDevices: MfaDevice[]
}

/** A long-term access key; set `status` to deactivate it. */
export interface AccessKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  status: 'Active' | 'Inactive'
}

/** An IAM role. */
export interface Role {
  readonly accountId: string
  readonly name: string
  readonly arn: string
  /** `AROA…` */
  readonly roleId: string
  readonly policies: PolicyDocument[]
  trustPolicy: PolicyDocument
  maxSessionSeconds: number
}

/** A KMS key. */
export interface KmsKey {
  readonly accountId: string
  readonly id: string
  readonly arn: string
  readonly region: string
  readonly usage: 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY'
  readonly description: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** 32 random bytes that never leave the process. */
  readonly material: Buffer
  readonly aliases: string[]
  policy: PolicyDocument
  state: KeyState
}

/** A SAML identity provider. */
export interface SamlProvider {
  readonly name: string
  readonly arn: string
  readonly issuer: string
  readonly certificate: string
}

/** An OpenID Connect identity provider. */
export interface OidcProvider {
  readonly arn: string
  readonly issuer: string
  readonly clientIds: readonly string[]
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] }
}
