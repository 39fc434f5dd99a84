import type { CredentialSource, MfaPrompt } from '../credentials/source.js'
import { Secret } from '../secret.js'
import { explainAwsError } from './errors.js'

/** How the SDK's own chain is asked: environment, profile, SSO, web identity, container, instance. */
export interface DefaultChainOptions {
  /** Named profile; undefined leaves the choice to the SDK (`AWS_PROFILE`, `default`). */
  readonly profile: string | undefined
  /** For profiles with `mfa_serial`. */
  readonly promptMfa: MfaPrompt
}

/** The SDK's default chain. It memoises nothing here: put `cachedSource` in front, or two clients prompt twice. */
export function defaultChain({ profile, promptMfa }: DefaultChainOptions): CredentialSource {
  return async () => {
    try {
      const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers')
      const chosen = profile === undefined ? {} : { profile }
      const provide = fromNodeProviderChain({ ...chosen, mfaCodeProvider: promptMfa })
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provide()
      return {
        accessKeyId,
        secretAccessKey: new Secret(secretAccessKey),
        sessionToken: sessionToken === undefined ? undefined : new Secret(sessionToken),
        expiresAt: expiration?.getTime(),
        origin: profile === undefined ? 'the default chain' : `profile ${profile}`,
      }
    } catch (cause) {
      throw explainAwsError(cause, 'the credentials of the default chain')
    }
  }
}
