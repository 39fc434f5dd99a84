export type { ServiceName } from './aws-error.js'
export type { Call } from './http/calls.js'
export type { Fault, FaultEffect, FaultSelector } from './http/faults.js'
export type { MfaDevice } from './iam/totp.js'
export type { IssuedSession, SessionRequest, SessionSubject } from './issue-session.js'
export type { LocalAwsOptions } from './options.js'
export type { OneOrMany, PolicyDocument, PolicyPrincipal, PolicyStatement } from './policy/document.js'
export type {
  AccessKeySeed,
  AccountSeed,
  KeySeed,
  KeyState,
  MfaDeviceSeed,
  OidcProviderSeed,
  RoleSeed,
  SamlProviderSeed,
  Seed,
  UserSeed,
} from './seed/seed.js'
export { type LocalAws, startLocalAws } from './start-local-aws.js'
export type { LocalAwsState } from './state.js'
export type { AccessKey, Account, KmsKey, OidcProvider, Role, SamlProvider, User } from './world/account.js'
