import type { Sts } from '../aws/sts.js'
import { assumedRole } from './assumed-role.js'
import { type CachedSource, cachedSource } from './cached.js'
import { type CallerSource, createCallerSource } from './caller.js'
import { type AskForCodes, withCodesOf } from './mfa.js'
import { sessionToken } from './session-token.js'
import type { CredentialSource } from './source.js'

/** What the person said about whom to become. */
export interface CredentialChoice {
  readonly assumeRole:
    | { readonly roleArn: string; readonly sessionName: string; readonly externalId: string | undefined }
    | undefined
  readonly mfa: { readonly serialNumber: string; readonly code: string | undefined } | undefined
  /** Of the STS that is asked for sessions and roles. */
  readonly region: string
}

export interface CredentialSources {
  /** Who signs proofs of version 2, and encrypts. */
  readonly identity: CallerSource
  /** Who encrypts the tokens of version 1, where that is not their own session: the role that was asked for. */
  readonly encryptor: CachedSource | undefined
  /** Whose session tokens are the proofs of version 1. */
  readonly sessionToken: CallerSource
}

/** Lifetime of a version-1 token, seconds: the original's, and the shortest STS gives. */
const VERSION_1_SECONDS = 900
/** Lifetime of the session that an MFA code opens, seconds: GetSessionToken's default, so one code a working day. */
const MFA_SESSION_SECONDS = 43_200

/** The sources of one proxy, each behind the one cache, so that nobody is asked twice. */
export function chooseCredentials(
  choice: CredentialChoice,
  deps: {
    readonly base: CredentialSource
    readonly sts: Sts
    readonly askForCodes: AskForCodes
    readonly now: () => number
  },
): CredentialSources {
  const { sts, now } = deps
  const base = cachedSource(deps.base, now)
  const { region, assumeRole, mfa } = choice
  const withMfaCode = withCodesOf(mfa?.serialNumber, deps.askForCodes)
  const tokens = (durationSeconds: number) =>
    cachedSource(sessionToken({ sts, base, region, durationSeconds, withMfaCode }), now, base)
  const role = assumeRole && cachedSource(assumedRole({ sts, base, region, ...assumeRole, withMfaCode }), now, base)
  return {
    identity: createCallerSource(role ?? (mfa === undefined ? base : tokens(MFA_SESSION_SECONDS)), sts, region),
    encryptor: role,
    sessionToken: createCallerSource(tokens(VERSION_1_SECONDS), sts, region),
  }
}
