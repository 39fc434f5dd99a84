import { partitionOfRegion } from 'iam-auth-protocol'
import { ConfigError } from '../config/config.js'
import { DEFAULT_REGION } from '../config/resolve.js'
import { parseTrustEntry, type TrustEntry } from '../trust/entry.js'
import { requireEntry } from '../trust/file-format.js'
import { flagSource, mergeTrust, type Trust } from '../trust/merge.js'
import type { IamFetchOptions } from './options.js'

/** The options of `createIamFetch()`, checked, with every field out. */
export interface IamFetchConfig
  extends Required<Pick<IamFetchOptions, 'credentials' | 'profile' | 'mfaCode' | 'log' | 'fetch'>> {
  readonly region: string
  readonly trust: readonly Trust[]
  readonly onlyTrusted: boolean
  readonly onRefusal: 'response' | 'throw'
  readonly timeoutMs: number
}

const DEFAULT_TIMEOUT_MS = 30_000
/** Node's timers take 31 bits; what is longer ends at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

type Check = (value: never, options: IamFetchOptions) => string | undefined

const isFunction = (value: unknown) => (typeof value === 'function' ? undefined : 'is not a function')
const isBoolean = (value: unknown) => (typeof value === 'boolean' ? undefined : 'is not true or false')

/** What is wrong with each option that is given; the compiler keeps the list complete. */
const CHECKS: Readonly<Record<keyof IamFetchOptions, Check>> = {
  credentials: (value, { profile }) =>
    isFunction(value) ?? (profile === undefined ? undefined : 'and profile are both given: one says whose they are'),
  profile: (value) => (typeof value === 'string' && value !== '' ? undefined : 'is not the name of a profile'),
  mfaCode: (value, { credentials }) =>
    isFunction(value) ?? (credentials === undefined ? undefined : 'is for profiles, not for a function of yours'),
  region: (value) =>
    typeof value === 'string' && partitionOfRegion(value) !== undefined ? undefined : 'is not a region, like eu-west-1',
  trust: (value) => (Array.isArray(value) ? undefined : "is not a list, like ['https://wiki.example.com']"),
  onlyTrusted: (value, { trust }) =>
    isBoolean(value) ??
    (value && !trust?.length ? 'is true, and nothing is in trust: there would be no login' : undefined),
  onRefusal: (value) => (['response', 'throw'].includes(value) ? undefined : "is neither 'response' nor 'throw'"),
  timeoutMs: (value) =>
    Number.isInteger(value) && value > 0 && value <= MAX_TIMEOUT_MS ? undefined : `is not 1 to ${MAX_TIMEOUT_MS} ms`,
  fetch: isFunction,
  log: (value) =>
    ['info', 'warn', 'error'].every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function')
      ? undefined
      : 'has not the functions info, warn and error',
}

/**
 * Options over environment over defaults.
 *
 * @param environmentRegion the region that the environment names
 * @throws ConfigError (a TypeError) with all problems at once
 */
export function resolveOptions(options: IamFetchOptions, environmentRegion: string | undefined): IamFetchConfig {
  if (typeof options !== 'object' || options === null) throw new ConfigError(['the options are not an object'])
  const problems = Object.entries(options).flatMap(([name, value]) => checkOption(name, value, options))
  const entries = Array.isArray(options.trust) ? readTrust(options.trust, problems) : []
  const merged = mergeTrust([{ ...flagSource(entries), name: 'the option trust' }])
  const region = options.region ?? environmentRegion ?? DEFAULT_REGION
  if (options.region === undefined && partitionOfRegion(region) === undefined) {
    problems.push(`AWS_REGION or AWS_DEFAULT_REGION: ${region} is not a region`)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze({
    credentials: options.credentials,
    profile: options.profile,
    mfaCode: options.mfaCode,
    region,
    trust: merged.inForce,
    onlyTrusted: options.onlyTrusted ?? false,
    onRefusal: options.onRefusal ?? 'response',
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    fetch: options.fetch,
    log: options.log,
  })
}

function checkOption(name: string, value: unknown, options: IamFetchOptions): string[] {
  if (!Object.hasOwn(CHECKS, name)) return [`${name} is no option: ${Object.keys(CHECKS).join(', ')}`]
  if (value === undefined) return []
  const problem = CHECKS[name as keyof IamFetchOptions](value as never, options)
  return problem === undefined ? [] : [`${name} ${problem}`]
}

function readTrust(trust: readonly unknown[], problems: string[]): TrustEntry[] {
  const entries = trust.flatMap((value, index) => {
    try {
      return [typeof value === 'string' ? parseTrustEntry(value) : requireEntry(value)]
    } catch (error) {
      problems.push(`trust[${index}]: ${(error as Error).message}`)
      return []
    }
  })
  const names = entries.map((entry) => ('suffix' in entry ? entry.suffix : entry.origin))
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  problems.push(...[...new Set(twice)].map((name) => `trust: ${name} stands twice`))
  return entries
}
