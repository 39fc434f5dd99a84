import type { CredentialSource, MfaPrompt } from '../credentials/source.js'
import { LoginRefusal } from '../login/refusal.js'
import { Secret } from '../secret.js'
import { explainAwsError } from './errors.js'

/** How the SDK's own chain is asked: environment, profile, SSO, web identity, container, instance. */
export interface DefaultChainOptions {
  /** Named profile; undefined leaves the choice to the SDK (`AWS_PROFILE`, `default`). */
  readonly profile: string | undefined
  /** Of the STS that is asked where a profile names a role. */
  readonly region: string
  /** For profiles with `mfa_serial`. */
  readonly promptMfa: MfaPrompt
}

/** The SDK's default chain. It memoises nothing here: put `cachedSource` in front, or two clients prompt twice. */
export function defaultChain({ profile, region, promptMfa }: DefaultChainOptions): CredentialSource {
  return async () => {
    try {
      const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers')
      const chosen = profile === undefined ? {} : { profile }
      const provide = fromNodeProviderChain({ ...chosen, mfaCodeProvider: promptMfa, clientConfig: { region } })
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provide()
      return {
        accessKeyId,
        secretAccessKey: new Secret(secretAccessKey),
        sessionToken: sessionToken === undefined ? undefined : new Secret(sessionToken),
        expiresAt: expiration?.getTime(),
        origin: profile === undefined ? 'the default chain' : `profile ${profile}`,
      }
    } catch (cause) {
      const refusal = explainAwsError(cause, 'the credentials of the default chain')
      throw profile === undefined ? refusal : aboutProfile(refusal, profile)
    }
  }
}

/** The same refusal, where a profile was asked for by name: it is that one which gave nothing. */
function aboutProfile(refusal: LoginRefusal, profile: string): LoginRefusal {
  if (refusal.code !== 'ERR_IAM_NO_CREDENTIALS' && refusal.code !== 'ERR_IAM_CREDENTIALS_EXPIRED') return refusal
  return new LoginRefusal(refusal.code, `The AWS profile ${profile} gave no credentials that are valid now.`, {
    hint: `See whether it is there, and sign in again if it is of SSO:\naws sso login --profile ${profile}`,
    cause: refusal.cause,
  })
}
