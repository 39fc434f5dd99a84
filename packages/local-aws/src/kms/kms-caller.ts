import type { Credential } from '../iam/principal.js'

/** Who asks KMS for what, and where. */
export interface KmsCaller {
  readonly credential: Credential
  /** The region of the credential scope: the only one whose keys exist for this request. */
  readonly region: string
  /** Such as `Encrypt`. */
  readonly action: string
}
