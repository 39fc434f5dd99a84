/** `iam-auth-proxy/fetch`: logins from a program's own code, without a proxy. */
export { ConfigError } from '../config/config.js'
export { createIamFetch, type IamFetch } from './iam-fetch.js'
export type {
  CredentialsProvider,
  IamFetchLog,
  IamFetchOptions,
  TrustedOrigin,
  TrustedSuffix,
} from './options.js'
export { IamFetchError, type IamFetchErrorCode } from './refusal.js'
