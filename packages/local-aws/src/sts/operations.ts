import { assumeRoleWithSaml } from '../federation/assume-role-with-saml.js'
import { assumeRoleWithWebIdentity } from '../federation/assume-role-with-web-identity.js'
import type { Credential } from '../iam/principal.js'
import { assumeRole } from './assume-role.js'
import type { StsResult } from './format.js'
import { getCallerIdentity } from './get-caller-identity.js'
import { getFederationToken } from './get-federation-token.js'
import { getSessionToken } from './get-session-token.js'
import type { StsParams } from './params.js'
import type { StsDeps } from './session.js'

/** An operation that only a signed request may ask for. */
export type SignedOperation = (params: StsParams, caller: Credential, deps: StsDeps) => StsResult

/** An operation whose proof is in its parameters. */
export type UnsignedOperation = (params: StsParams, deps: StsDeps) => StsResult

/** The signed operations by name. */
export const signedOperations: ReadonlyMap<string, SignedOperation> = new Map<string, SignedOperation>([
  ['GetCallerIdentity', (_params, caller) => getCallerIdentity(caller)],
  ['GetSessionToken', getSessionToken],
  ['GetFederationToken', getFederationToken],
  ['AssumeRole', assumeRole],
])

/** The unsigned operations by name. */
export const unsignedOperations: ReadonlyMap<string, UnsignedOperation> = new Map<string, UnsignedOperation>([
  ['AssumeRoleWithSAML', assumeRoleWithSaml],
  ['AssumeRoleWithWebIdentity', assumeRoleWithWebIdentity],
])
