import {
  boundContext,
  DEFAULT_AUTH_PATH,
  type EncryptionContext,
  formatChallengeId,
  formatEncryptionContext,
  isOrigin,
  parseEncryptionContext,
  partitionOfRegion,
  requireAuthPath,
  requireBoundContext,
} from 'iam-auth-protocol'
import { createStderrLogger } from '../log.js'
import { parseArnPattern } from '../policy/arn-pattern.js'
import { resolveRules } from '../policy/rules.js'
import { type DerivedKeys, deriveKeys } from '../secrets.js'
import type { IamAuthConfig } from './config.js'
import { type Environment, splitList } from './environment.js'
import { parseKeyReference } from './key-reference.js'
import { OPTION_NAMES } from './option-names.js'
import type { IamAuthOptions } from './options.js'
import { collectProblems } from './problems.js'
import { parsePublicPath } from './public-paths.js'
import { requireEndpoint, requireFunctions, requireRateLimit, requireSeconds, requireText } from './values.js'

/** Fills in the environment and the defaults, and checks it all. @throws TypeError that lists every problem */
export function resolveOptions(options: IamAuthOptions, env: Environment): IamAuthConfig {
  const problems = collectProblems()
  const { take } = problems
  for (const name of Object.keys(options)) if (!OPTION_NAMES.has(name)) problems.add(`unknown option ${name}`)
  const region = options.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION
  const realm = take('realm (AWS_ACCOUNT_ID)', () => requireRealm(options.realm ?? env.AWS_ACCOUNT_ID))
  const key = take('kmsKeyId (KMS_KEY_ID)', () =>
    parseKeyReference(requireText(options.kmsKeyId ?? env.KMS_KEY_ID), region),
  )
  const partition = key?.partition ?? 'aws'
  const origin = take('origin (IAM_AUTH_ORIGIN)', () => resolveOrigin(options.origin ?? env.IAM_AUTH_ORIGIN))
  const authPath = take('authPath', () => requireAuthPath(options.authPath ?? DEFAULT_AUTH_PATH))
  const config: IamAuthConfig = {
    realm,
    partition,
    key,
    origin,
    authPath,
    logoutPath: `${authPath}/logout`,
    keys: take('secrets (SECRET_KEY)', () => resolveSecrets(options.secrets ?? splitList(env.SECRET_KEY ?? ''))),
    extraContext: take('encryptionContext, salt (KMS_SALT)', () => resolveContext(options, env, origin)),
    protocols: take('protocols (IAM_AUTH_PROTOCOLS)', () => resolveProtocols(options, env)),
    sessionSeconds: take('sessionSeconds (IAM_AUTH_SESSION_SECONDS)', () =>
      requireSeconds(options.sessionSeconds ?? Number(env.IAM_AUTH_SESSION_SECONDS ?? 3600)),
    ),
    sessionsNotBefore: take('sessionsNotBefore', () => resolveNotBefore(options.sessionsNotBefore)),
    stsRegions: take('stsRegions (IAM_AUTH_STS_REGIONS)', () => resolveRegions(options, env, key?.region, partition)),
    publicPaths: take('publicPaths', () => (options.publicPaths ?? []).map(parsePublicPath)),
    allow: take('allow', () => resolveRules(options.allow ?? {}, realm ?? '0'.repeat(12), partition)),
    trustedSessionNameRoles: take('trustedSessionNameRoles', () =>
      (options.trustedSessionNameRoles ?? []).map((text) => parseArnPattern(text, 'role', partition)),
    ),
    store: take('store', () => requireFunctions(options.store, ['consume', 'used'])),
    rateLimit: take('rateLimit', () => requireRateLimit(options.rateLimit ?? { perSecond: 20, burst: 100 })),
    logger: take('logger', () => requireFunctions(options.logger ?? createStderrLogger(), ['info', 'warn', 'error'])),
    onLogin: options.onLogin,
    endpoints: take('endpoints (AWS_ENDPOINT_URL)', () => ({
      kms: requireEndpoint(options.endpoints?.kms ?? env.AWS_ENDPOINT_URL_KMS ?? env.AWS_ENDPOINT_URL),
      sts: requireEndpoint(options.endpoints?.sts ?? env.AWS_ENDPOINT_URL_STS ?? env.AWS_ENDPOINT_URL),
    })),
    credentials: options.credentials,
    deps: options.deps ?? {},
  }
  problems.throwIfAny()
  return Object.freeze(config)
}

function requireRealm(realm: string | undefined): string {
  if (!/^\d{12}$/.test(requireText(realm))) throw new Error('not an account of 12 digits')
  return realm ?? ''
}

function resolveOrigin(origin: string | undefined): string | undefined {
  if (origin !== undefined && !isOrigin(origin)) {
    throw new Error(
      `${JSON.stringify(origin)} is not an origin like https://wiki.example.com (lower case, no path, no default port)`,
    )
  }
  return origin
}

const MIN_SECRET_LENGTH = 16

function resolveSecrets(secrets: readonly string[]): [DerivedKeys, ...DerivedKeys[]] {
  const [newest, ...older] = secrets
  if (newest === undefined)
    throw new Error('is missing: a random text of 32 characters or more, the same on every instance')
  if (secrets.some((secret) => typeof secret !== 'string' || secret.length < MIN_SECRET_LENGTH)) {
    throw new Error(`each secret has ${MIN_SECRET_LENGTH} characters or more`) // it never prints one
  }
  return [deriveKeys(newest), ...older.map(deriveKeys)]
}

/** A challenge is made with it and read as a proxy reads it, so that a bad pair shows now. */
function resolveContext(options: IamAuthOptions, env: Environment, origin = 'https://example.com'): EncryptionContext {
  const salt = options.salt ?? env.KMS_SALT
  const extra = { ...(salt === undefined ? {} : { salt }), ...options.encryptionContext }
  const binding = { origin, challenge: formatChallengeId(0, new Uint8Array(16)), realm: '0'.repeat(12) }
  const context = parseEncryptionContext(formatEncryptionContext(boundContext(binding, extra)))
  requireBoundContext(context, binding)
  return extra
}

function resolveProtocols(options: IamAuthOptions, env: Environment): (1 | 2)[] {
  const listed: readonly number[] = options.protocols ?? splitList(env.IAM_AUTH_PROTOCOLS ?? '2').map(Number)
  const protocols = ([1, 2] as const).filter((version) => listed.includes(version))
  if (protocols.length !== listed.length) throw new Error('it is 2, or 1 and 2')
  if (!protocols.includes(2)) throw new Error('version 1 alone is not offered: use 1 and 2')
  return protocols
}

function resolveNotBefore(date: Date | undefined): number {
  const seconds = date === undefined ? 0 : date.getTime() / 1000
  if (!Number.isFinite(seconds)) throw new Error('not a date')
  return seconds
}

function resolveRegions(
  options: IamAuthOptions,
  env: Environment,
  keyRegion: string | undefined,
  partition: string,
): [string, ...string[]] {
  const listed = options.stsRegions ?? splitList(env.IAM_AUTH_STS_REGIONS ?? keyRegion ?? '')
  if (keyRegion === undefined && listed.length === 0) return ['us-east-1'] // the key's own problem is reported already
  const [first, ...more] = listed
  if (first === undefined || listed.length > 8 || new Set(listed).size !== listed.length) {
    throw new Error('1 to 8 regions, none twice')
  }
  const foreign = listed.find((region) => partitionOfRegion(region) !== partition)
  if (foreign !== undefined)
    throw new Error(`${JSON.stringify(foreign)} is not a region of the key's partition, ${partition}`)
  return [first, ...more]
}
