import {
  boundContext,
  type EncryptionContext,
  formatChallengeId,
  formatEncryptionContext,
  isOrigin,
  parseEncryptionContext,
  partitionOfRegion,
  requireBoundContext,
} from 'iam-auth-protocol'
import { type DerivedKeys, deriveKeys } from '../secrets.js'
import type { IamAuthConfig } from './config.js'
import { type Environment, splitList } from './environment.js'
import type { IamAuthOptions } from './options.js'
import { requireText } from './values.js'

/** 12 digits. @throws Error */
export function requireRealm(realm: string | undefined): string {
  if (!/^\d{12}$/.test(requireText(realm))) throw new Error('not an account of 12 digits')
  return realm ?? ''
}

/** As `new URL(u).origin` prints it. @throws Error */
export function resolveOrigin(origin: string | undefined): string | undefined {
  if (origin !== undefined && !isOrigin(origin)) {
    throw new Error(
      `${JSON.stringify(origin)} is not an origin like https://wiki.example.com (lower case, no path, no default port)`,
    )
  }
  return origin
}

const MIN_SECRET_LENGTH = 16

/** Newest first. @throws Error */
export function resolveSecrets(secrets: readonly string[]): [DerivedKeys, ...DerivedKeys[]] {
  const [newest, ...older] = secrets
  if (newest === undefined)
    throw new Error('is missing: a random text of 32 characters or more, the same on every instance')
  if (secrets.some((secret) => typeof secret !== 'string' || secret.length < MIN_SECRET_LENGTH)) {
    throw new Error(`each secret has ${MIN_SECRET_LENGTH} characters or more`) // it never prints one
  }
  return [deriveKeys(newest), ...older.map(deriveKeys)]
}

/** A challenge is made with it and read as a proxy reads it, so that a bad pair shows now. */
export function resolveContext(
  options: IamAuthOptions,
  env: Environment,
  origin = 'https://example.com',
): EncryptionContext {
  const salt = options.salt ?? env.KMS_SALT
  const extra = { ...(salt === undefined ? {} : { salt }), ...options.encryptionContext }
  const binding = { origin, challenge: formatChallengeId(0, new Uint8Array(16)), realm: '0'.repeat(12) }
  const context = parseEncryptionContext(formatEncryptionContext(boundContext(binding, extra)))
  requireBoundContext(context, binding)
  return extra
}

/** Ascending. @throws Error */
export function resolveProtocols(options: IamAuthOptions, env: Environment): (1 | 2)[] {
  const listed: readonly number[] = options.protocols ?? splitList(env.IAM_AUTH_PROTOCOLS ?? '2').map(Number)
  const protocols = ([1, 2] as const).filter((version) => listed.includes(version))
  if (protocols.length !== listed.length) throw new Error('it is 2, or 1 and 2')
  if (!protocols.includes(2)) throw new Error('version 1 alone is not offered: use 1 and 2')
  return protocols
}

/** Unix seconds. @throws Error */
export function resolveNotBefore(date: Date | undefined): number {
  const seconds = date === undefined ? 0 : date.getTime() / 1000
  if (!Number.isFinite(seconds)) throw new Error('not a date')
  return seconds
}

/** Regions of the key's partition; its own by default. @throws Error */
export function resolveRegions(
  options: IamAuthOptions,
  env: Environment,
  { key, partition }: Pick<IamAuthConfig, 'partition'> & { readonly key: IamAuthConfig['key'] | undefined },
): [string, ...string[]] {
  const listed = options.stsRegions ?? splitList(env.IAM_AUTH_STS_REGIONS ?? key?.region ?? '')
  if (key === undefined && listed.length === 0) return ['us-east-1'] // the key is a problem noted already
  const [first, ...more] = listed
  if (first === undefined || listed.length > 8 || new Set(listed).size !== listed.length) {
    throw new Error('1 to 8 regions, none twice')
  }
  const foreign = listed.find((region) => partitionOfRegion(region) !== partition)
  if (foreign !== undefined)
    throw new Error(`${JSON.stringify(foreign)} is not a region of the key's partition, ${partition}`)
  return [first, ...more]
}
