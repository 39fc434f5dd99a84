import type { AskForCodes, CodeOf } from '../credentials/mfa.js'
import type { AwsCredentials, CredentialSource } from '../credentials/source.js'
import { LoginRefusal } from '../login/refusal.js'
import { Secret } from '../secret.js'
import type { CreateAwsAgents } from './agents.js'
import { explainAwsError } from './errors.js'
import { explainRefusedCode } from './refused-code.js'
import { howToFind, nameSource, renewalOf } from './renewal.js'

/** How the SDK's own chain is asked: environment, profile, SSO, web identity, container, instance. */
export interface DefaultChainOptions {
  /** Named profile; undefined leaves the choice to the SDK (`AWS_PROFILE`, `default`). */
  readonly profile: string | undefined
  /** Of the STS that is asked where a profile names a role. */
  readonly region: string
  /** For profiles with `mfa_serial`. */
  readonly askForCodes: AskForCodes
  /** @default the SDK's own connections */
  readonly createAgents?: CreateAwsAgents | undefined
}

/** The SDK's default chain. It memoises nothing here: put `cachedSource` in front, or two clients prompt twice. */
export function defaultChain(options: DefaultChainOptions): CredentialSource {
  return () => options.askForCodes((codeOf) => askChain(options, codeOf))
}

async function askChain(
  { profile, region, createAgents }: DefaultChainOptions,
  codeOf: CodeOf,
): Promise<AwsCredentials> {
  try {
    const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers')
    const chosen = profile === undefined ? {} : { profile }
    const clientConfig = createAgents === undefined ? { region } : { region, requestHandler: createAgents() }
    const provide = fromNodeProviderChain({ ...chosen, mfaCodeProvider: codeOf, clientConfig })
    const credentials = await provide()
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials
    const { $source = {} } = credentials as { readonly $source?: Readonly<Record<string, string>> }
    return {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      sessionToken: sessionToken === undefined ? undefined : new Secret(sessionToken),
      expiresAt: expiration?.getTime(),
      origin: nameSource($source, profile),
      howToRenew: renewalOf($source, profile),
    }
  } catch (cause) {
    const refusal = explainRefusedCode(cause) ?? explainAwsError(cause, 'the credentials of the default chain')
    throw aboutSource(refusal, profile)
  }
}

/** The same refusal, and how to go on with the source that was asked: the profile, where one was named. */
function aboutSource(refusal: LoginRefusal, profile: string | undefined): LoginRefusal {
  if (refusal.code !== 'ERR_IAM_NO_CREDENTIALS' && refusal.code !== 'ERR_IAM_CREDENTIALS_EXPIRED') return refusal
  const { cause } = refusal
  const hint = howToFind((cause as Error | undefined)?.message ?? '', profile)
  const message =
    profile === undefined ? refusal.message : `The AWS profile ${profile} gave no credentials that are valid now.`
  return hint === undefined && profile === undefined
    ? refusal
    : new LoginRefusal(refusal.code, message, { hint: hint ?? refusal.hint, cause })
}
