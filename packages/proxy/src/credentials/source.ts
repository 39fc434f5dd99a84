import type { Secret } from '../secret.js'

/** AWS credentials, and where they came from. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  /** Of temporary credentials (`ASIA…`). */
  readonly sessionToken: Secret | undefined
  /** ms since 1970; undefined for keys that do not expire. */
  readonly expiresAt: number | undefined
  /** For messages: `profile dev`, `role arn:…`. */
  readonly origin: string
  /** What gets new ones from the same place, as in `LoginRefusal`'s hint. */
  readonly howToRenew?: string
}

/** One way to become someone. Rejects with a LoginRefusal that says what to do. */
export type CredentialSource = () => Promise<AwsCredentials>
