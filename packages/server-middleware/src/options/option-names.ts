import type { IamAuthOptions } from './options.js'

/** Every option, so that a misspelt one is an error and not a silent default; the compiler keeps it complete. */
const NAMES: Readonly<Record<keyof IamAuthOptions, true>> = {
  realm: true,
  kmsKeyId: true,
  secrets: true,
  origin: true,
  region: true,
  salt: true,
  encryptionContext: true,
  protocols: true,
  authPath: true,
  sessionSeconds: true,
  sessionsNotBefore: true,
  stsRegions: true,
  publicPaths: true,
  allow: true,
  trustedSessionNameRoles: true,
  store: true,
  rateLimit: true,
  totalRateLimit: true,
  maxConcurrentLogins: true,
  logger: true,
  onLogin: true,
  endpoints: true,
  credentials: true,
  deps: true,
}

export const OPTION_NAMES: ReadonlySet<string> = new Set(Object.keys(NAMES))
