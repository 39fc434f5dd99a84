import { requireAuthPath } from './auth-path.js'
import { isOpaqueChallengeId } from './challenge-id.js'
import { DEFAULT_AUTH_PATH, PROOF_STS_KMS } from './constants.js'
import { ProtocolError, type ProtocolErrorCode } from './errors.js'
import type { KeyArn } from './key-arn.js'
import { partitionOfRegion } from './partition.js'

/** The challenge parameters that version 2 adds. The `raw` ones go into the binding exactly as they were sent. */
export interface BoundParams {
  readonly versions: readonly number[]
  readonly rawVersions: string
  /** Opaque to the one who answers. */
  readonly challenge: string
  readonly rawExp: string
  readonly rawProofs: string
  /** The proof taken from the list. */
  readonly proof: typeof PROOF_STS_KMS
  /** In the service's order of preference; the first is signed for. */
  readonly stsRegions: readonly string[]
  /** As sent; `undefined` where absent, which the binding tells apart from `/auth`. */
  readonly rawAuthPath: string | undefined
  /** Where the login goes. */
  readonly authPath: string
}

const PAST_SECONDS = 300
const FUTURE_SECONDS = 900
const MAX_REGIONS = 8

type Params = ReadonlyMap<string, string>

/** What the parameters are checked against. */
interface Expected {
  readonly origin: string
  readonly nowSeconds: number
  /** The list of versions as sent, parsed before. */
  readonly rawVersions: string
  readonly key: KeyArn
}

/** @throws ProtocolError ERR_IAM_ORIGIN, _CHALLENGE_ID, _EXPIRY, _PROOF_LIST, _AUTH_PATH, _STS_REGIONS */
export function parseBoundParams(params: Params, expected: Expected): Omit<BoundParams, 'versions'> {
  if (params.get('origin') !== expected.origin) throw error('ERR_IAM_ORIGIN', 'the challenge is of another origin')
  const challenge = params.get('challenge') ?? ''
  if (!isOpaqueChallengeId(challenge)) throw error('ERR_IAM_CHALLENGE_ID', 'malformed challenge id')
  const rawExp = requireExpiry(params.get('exp') ?? '', expected.nowSeconds)
  const rawProofs = params.get('proof') ?? ''
  const rawAuthPath = params.get('auth')
  return {
    rawVersions: expected.rawVersions,
    challenge,
    rawExp,
    rawProofs,
    proof: requireKnownProof(rawProofs),
    rawAuthPath,
    authPath: requireAuthPath(rawAuthPath ?? DEFAULT_AUTH_PATH),
    stsRegions: parseStsRegions(params.get('sts'), expected.key),
  }
}

/** Decimal numbers without leading zeros, one space between, none twice. @throws ProtocolError ERR_IAM_VERSION_LIST */
export function parseVersionList(text: string): number[] {
  const items = text.split(' ')
  if (!items.every((item) => /^[1-9]\d{0,2}$/.test(item)) || new Set(items).size !== items.length) {
    throw error('ERR_IAM_VERSION_LIST', 'malformed list of versions')
  }
  return items.map(Number)
}

/**
 * The regions whose STS a service takes signatures for: 1 to 8, of the key's partition; absent, the key's own.
 *
 * @throws ProtocolError ERR_IAM_STS_REGIONS
 */
function parseStsRegions(text: string | undefined, key: KeyArn): string[] {
  if (text === undefined) return [key.region]
  const regions = text.split(' ')
  if (regions.length > MAX_REGIONS || regions.some((region) => partitionOfRegion(region) !== key.partition)) {
    throw error('ERR_IAM_STS_REGIONS', "not regions of the key's partition")
  }
  return regions
}

/** The service alone enforces it; this only refuses what no clock explains. */
function requireExpiry(text: string, nowSeconds: number): string {
  const exp = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : Number.NaN
  if (!(exp > nowSeconds - PAST_SECONDS && exp <= nowSeconds + FUTURE_SECONDS)) {
    throw error('ERR_IAM_EXPIRY', 'the challenge has expired, or expires too late: check the clocks')
  }
  return text
}

function requireKnownProof(text: string): typeof PROOF_STS_KMS {
  const items = text.split(' ')
  const wellFormed = items.every((item) => /^[a-z0-9-]{1,32}$/.test(item)) && new Set(items).size === items.length
  if (!wellFormed || !items.includes(PROOF_STS_KMS)) throw error('ERR_IAM_PROOF_LIST', 'no proof that we know')
  return PROOF_STS_KMS
}

function error(code: ProtocolErrorCode, message: string): ProtocolError {
  return new ProtocolError(code, message)
}
