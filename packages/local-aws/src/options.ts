import type { Seed } from './seed/seed.js'

/** What the embedded AWS can be told; everything has a default. */
export interface LocalAwsOptions {
  /** On 127.0.0.1. @default 0: a free one */
  readonly port?: number
  /** Where keys are made that name no region. @default 'us-east-1' */
  readonly region?: string
  /** The default account's id, if the seed names no account. @default '123456789012' */
  readonly account?: string
  /** What exists at the start. */
  readonly seed?: Seed
  /** The clock: milliseconds since 1970. @default Date.now */
  readonly now?: () => number
  /** Characters of a session token, 64 to 8,192. AWS's are "typically less than 4096". @default 640 */
  readonly sessionTokenLength?: number
  /** How many calls are remembered. @default 100000 */
  readonly callLimit?: number
}

/** The options with every field filled in. */
export type LocalAwsConfig = Required<LocalAwsOptions>

/** Fills the defaults in and checks the rest. Throws `TypeError` that names every problem. */
export function resolveOptions(options: LocalAwsOptions): LocalAwsConfig {
  const config: LocalAwsConfig = {
    port: options.port ?? 0,
    region: options.region ?? 'us-east-1',
    account: options.account ?? '123456789012',
    seed: options.seed ?? {},
    now: options.now ?? Date.now,
    sessionTokenLength: options.sessionTokenLength ?? 640,
    callLimit: options.callLimit ?? 100_000,
  }
  const problems: string[] = []
  if (!isIntegerWithin(config.port, 0, 65_535)) problems.push('port: must be 0 to 65535')
  if (!/^[a-z]{2,}(-[a-z]+)+-\d$/.test(config.region)) problems.push('region: must be a region such as eu-west-1')
  if (!/^\d{12}$/.test(config.account)) problems.push('account: must be twelve digits')
  if (typeof config.now !== 'function') problems.push('now: must be a function')
  if (!isIntegerWithin(config.sessionTokenLength, 64, 8192)) problems.push('sessionTokenLength: must be 64 to 8192')
  if (!isIntegerWithin(config.callLimit, 0, 10_000_000)) problems.push('callLimit: must be 0 to 10000000')
  if (problems.length > 0) throw new TypeError(problems.join('\n'))
  return Object.freeze(config)
}

function isIntegerWithin(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max
}
