import { formatAuthParam } from './auth-params.js'
import { AUTH_SCHEME, CHALLENGE_SECONDS, ENCRYPTION_CONTEXT_HEADER, KEY_ID_HEADER, PROOF_STS_KMS } from './constants.js'
import { challengeCookieName } from './cookies.js'

/** What a service says in its 401. */
export interface OfferedChallenge {
  readonly realm: string
  readonly versions: readonly number[]
  readonly origin: string
  readonly challenge: string
  readonly expSeconds: number
  readonly stsRegions: readonly string[]
  readonly authPath: string
  readonly keyArn: string
  readonly encryptionContextHeader: string
}

/**
 * The header fields of a challenge. A service that offers version 1 names its key in the original's header; one that
 * offers version 2 alone in the `kms` parameter, so that the original stops with its own error and sends nothing.
 */
export function formatChallenge(offer: OfferedChallenge): [name: string, value: string][] {
  const offersOriginal = offer.versions.includes(1)
  const params: [string, string][] = [
    ['realm', offer.realm],
    ['v', formatVersionList(offer.versions)],
    ['origin', offer.origin],
    ['challenge', offer.challenge],
    ['exp', String(offer.expSeconds)],
    ['proof', PROOF_STS_KMS],
    ['sts', offer.stsRegions.join(' ')],
    ['auth', offer.authPath],
  ]
  if (!offersOriginal) params.push(['kms', offer.keyArn])
  const value = `${AUTH_SCHEME} ${params.map(([name, text]) => formatAuthParam(name, text)).join(', ')}`
  return [
    ['WWW-Authenticate', value],
    ...(offersOriginal ? [[KEY_ID_HEADER, offer.keyArn] as [string, string]] : []),
    [ENCRYPTION_CONTEXT_HEADER, offer.encryptionContextHeader],
  ]
}

/** `1 2`: as it stands in the challenge and in the binding. */
export function formatVersionList(versions: readonly number[]): string {
  return versions.join(' ')
}

/** The `Set-Cookie` line of a challenge; an empty value takes the cookie away. */
export function formatChallengeSetCookie(origin: string, value: string, maxAgeSeconds = CHALLENGE_SECONDS): string {
  const secure = origin.startsWith('https:') ? ' Secure;' : ''
  const maxAge = value === '' ? 0 : maxAgeSeconds
  return `${challengeCookieName(origin)}=${value}; Max-Age=${maxAge}; Path=/;${secure} HttpOnly; SameSite=Lax`
}
