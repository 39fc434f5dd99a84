import { randomBytes } from 'node:crypto'
import { createKms } from './aws/kms.js'
import { createWhoAmI } from './aws/sts.js'
import { type Challenges, createChallenges } from './challenges.js'
import type { Deps } from './deps.js'
import { createRateLimit, type RateLimit } from './http/rate-limit.js'
import { type ConcurrencyLimit, createConcurrencyLimit } from './login/concurrency.js'
import { createKeyArnSource, type KeyArnSource } from './login/key-arn.js'
import type { IamAuthConfig } from './options/config.js'
import { createRefusalLog, type RefusalLog } from './respond/refusal-log.js'
import { createSessions, type Sessions } from './session/sessions.js'
import { guardStore } from './stores/guard.js'
import { memoryStore } from './stores/memory.js'
import type { Store } from './stores/store.js'

/** Everything a request is answered with. */
export interface Service {
  readonly config: IamAuthConfig
  readonly deps: Deps
  readonly challenges: Challenges
  readonly sessions: Sessions
  readonly concurrency: ConcurrencyLimit
  readonly rateLimit: RateLimit
  readonly keyArn: KeyArnSource
  readonly store: Store
  readonly refusals: RefusalLog
}

/** The composition root: who is made of what. */
export function createService(config: IamAuthConfig): Service {
  const deps = wireDeps(config)
  const { now } = deps
  const store = guardStore(config.store ?? memoryStore({ now }))
  reportSurroundings(config)
  const keyArn = createKeyArnSource(config.key, deps, config.logger)
  keyArn().catch(() => undefined) // asked early; a failure is in the log, and asked again by a request
  return {
    config,
    deps,
    challenges: createChallenges({ keys: config.keys, now, randomBytes: deps.randomBytes }),
    sessions: createSessions(config, deps, store),
    concurrency: createConcurrencyLimit(config.maxConcurrentLogins),
    rateLimit: createRateLimit({ perAddress: config.rateLimit, total: config.totalRateLimit, now }),
    keyArn,
    store,
    refusals: createRefusalLog(config.logger, now),
  }
}

function wireDeps({ key, endpoints, credentials, deps }: IamAuthConfig): Deps {
  const kms = createKms({ region: key.region, endpoint: endpoints.kms, credentials })
  if (deps.decrypt === undefined) setImmediate(kms.warm).unref() // the SDK takes 300 ms to load: before the first login
  return {
    decrypt: kms.decrypt,
    resolveKey: kms.resolveKey,
    whoAmI: createWhoAmI({ endpoint: endpoints.sts }),
    randomBytes,
    now: Date.now,
    ...deps,
  }
}

function reportSurroundings({ endpoints, key, realm, logger }: IamAuthConfig): void {
  if (endpoints.kms !== undefined || endpoints.sts !== undefined) {
    logger.warn({ kms: endpoints.kms ?? 'AWS', sts: endpoints.sts ?? 'AWS' }, 'AWS endpoints are overridden')
  }
  if (key.arn !== undefined && !key.arn.includes(`:${realm}:`)) {
    logger.warn(
      { key: key.arn, realm },
      'the key is of another account than the realm: proxies refuse it unless they pin it',
    )
  }
}
