import { DEFAULT_AUTH_PATH, requireAuthPath } from 'iam-auth-protocol'
import { createStderrLogger } from '../log.js'
import { parseArnPattern } from '../policy/arn-pattern.js'
import { resolveRules } from '../policy/rules.js'
import type { IamAuthConfig } from './config.js'
import { type Environment, splitList } from './environment.js'
import { parseKeyReference } from './key-reference.js'
import { OPTION_NAMES } from './option-names.js'
import type { IamAuthOptions } from './options.js'
import { collectProblems, type Problems } from './problems.js'
import { parsePublicPath } from './public-paths.js'
import {
  requireRealm,
  resolveContext,
  resolveNotBefore,
  resolveOrigin,
  resolveProtocols,
  resolveRegions,
  resolveSecrets,
} from './resolve-values.js'
import { requireCount, requireEndpoint, requireFunctions, requireRate, requireSeconds, requireText } from './values.js'

const DEFAULT_SESSION_SECONDS = 3600
/** Stands for a realm that is a problem noted already. */
const NO_ACCOUNT = '0'.repeat(12)

/** Fills in the environment and the defaults, and checks it all. @throws TypeError that lists every problem */
export function resolveOptions(options: IamAuthOptions, env: Environment): IamAuthConfig {
  const problems = collectProblems()
  for (const name of Object.keys(options)) if (!OPTION_NAMES.has(name)) problems.add(`unknown option ${name}`)
  const place = resolvePlace(options, env, problems)
  const config = {
    ...place,
    ...resolveProof(options, env, place, problems),
    ...resolveLimits(options, problems),
    ...resolveSession(options, env, problems),
    ...resolveAdmission(options, place, problems),
    ...resolveSurroundings(options, env, problems),
  }
  problems.throwIfAny()
  return Object.freeze(config)
}

type Place = Pick<IamAuthConfig, 'realm' | 'key' | 'partition' | 'origin' | 'authPath' | 'logoutPath'>

/** Where in AWS and on the web this service is. */
function resolvePlace(options: IamAuthOptions, env: Environment, { take }: Problems): Place {
  const region = options.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION
  const realm = take('realm (AWS_ACCOUNT_ID)', () => requireRealm(options.realm ?? env.AWS_ACCOUNT_ID))
  const key = take('kmsKeyId (KMS_KEY_ID)', () => {
    return parseKeyReference(requireText(options.kmsKeyId ?? env.KMS_KEY_ID), region)
  })
  const authPath = take('authPath', () => requireAuthPath(options.authPath ?? DEFAULT_AUTH_PATH))
  return {
    realm,
    key,
    partition: key?.partition ?? 'aws', // the key may be a problem noted already
    origin: take('origin (IAM_AUTH_ORIGIN)', () => resolveOrigin(options.origin ?? env.IAM_AUTH_ORIGIN)),
    authPath,
    logoutPath: `${authPath}/logout`,
  }
}

type Proof = Pick<IamAuthConfig, 'extraContext' | 'protocols' | 'stsRegions'>

/** What a login has to show. */
function resolveProof(options: IamAuthOptions, env: Environment, place: Place, { take }: Problems): Proof {
  return {
    extraContext: take('encryptionContext, salt (KMS_SALT)', () => resolveContext(options, env, place.origin)),
    protocols: take('protocols (IAM_AUTH_PROTOCOLS)', () => resolveProtocols(options, env)),
    stsRegions: take('stsRegions (IAM_AUTH_STS_REGIONS)', () => resolveRegions(options, env, place)),
  }
}

type Limits = Pick<IamAuthConfig, 'rateLimit' | 'totalRateLimit' | 'maxConcurrentLogins'>

/** 100 a second is a hundredth of the smallest request quota KMS gives an account, and some $26 a day. */
const TOTAL_RATE = { perSecond: 100, burst: 500 }

/** How often it may be tried. */
function resolveLimits(options: IamAuthOptions, { take }: Problems): Limits {
  return {
    rateLimit: take('rateLimit', () => requireRate(options.rateLimit ?? { perSecond: 20, burst: 100 })),
    totalRateLimit: take('totalRateLimit', () => requireRate(options.totalRateLimit ?? TOTAL_RATE)),
    maxConcurrentLogins: take('maxConcurrentLogins', () => requireCount(options.maxConcurrentLogins ?? 16)),
  }
}

type Session = Pick<IamAuthConfig, 'keys' | 'sessionSeconds' | 'sessionsNotBefore' | 'store'>

/** What it gets for that. */
function resolveSession(options: IamAuthOptions, env: Environment, { take }: Problems): Session {
  const seconds = options.sessionSeconds ?? Number(env.IAM_AUTH_SESSION_SECONDS ?? DEFAULT_SESSION_SECONDS)
  return {
    keys: take('secrets (SECRET_KEY)', () => resolveSecrets(options.secrets ?? splitList(env.SECRET_KEY ?? ''))),
    sessionSeconds: take('sessionSeconds (IAM_AUTH_SESSION_SECONDS)', () => requireSeconds(seconds)),
    sessionsNotBefore: take('sessionsNotBefore', () => resolveNotBefore(options.sessionsNotBefore)),
    store: take('store', () => requireFunctions(options.store, ['consume', 'used'])),
  }
}

type Admission = Pick<IamAuthConfig, 'publicPaths' | 'allow' | 'trustedSessionNameRoles'>

/** Who comes in, and what needs nobody to. */
function resolveAdmission(options: IamAuthOptions, { realm, partition }: Place, { take }: Problems): Admission {
  return {
    publicPaths: take('publicPaths', () => (options.publicPaths ?? []).map(parsePublicPath)),
    allow: take('allow', () => resolveRules(options.allow ?? {}, realm ?? NO_ACCOUNT, partition)),
    trustedSessionNameRoles: take('trustedSessionNameRoles', () =>
      (options.trustedSessionNameRoles ?? []).map((text) => parseArnPattern(text, 'role', partition)),
    ),
  }
}

type Surroundings = Pick<IamAuthConfig, 'logger' | 'onLogin' | 'endpoints' | 'credentials' | 'deps'>

function resolveSurroundings(options: IamAuthOptions, env: Environment, { take }: Problems): Surroundings {
  return {
    logger: take('logger', () => requireFunctions(options.logger ?? createStderrLogger(), ['info', 'warn', 'error'])),
    onLogin: options.onLogin,
    endpoints: take('endpoints (AWS_ENDPOINT_URL)', () => ({
      kms: requireEndpoint(options.endpoints?.kms ?? env.AWS_ENDPOINT_URL_KMS ?? env.AWS_ENDPOINT_URL),
      sts: requireEndpoint(options.endpoints?.sts ?? env.AWS_ENDPOINT_URL_STS ?? env.AWS_ENDPOINT_URL),
    })),
    credentials: options.credentials,
    deps: options.deps ?? {},
  }
}
