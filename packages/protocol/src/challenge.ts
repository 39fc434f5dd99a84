import { type AuthChallenge, parseAuthChallenges } from './auth-params.js'
import { type BoundParams, parseBoundParams } from './bound-params.js'
import { ENCRYPTION_CONTEXT_HEADER, KEY_ID_HEADER, MAX_CHALLENGE_LINE_BYTES } from './constants.js'
import { type CookiePair, requireChallengeCookie } from './cookies.js'
import {
  type EncryptionContext,
  parseEncryptionContext,
  requireBoundContext,
  requireOriginalContext,
} from './encryption-context.js'
import { ProtocolError } from './errors.js'
import { type KeyArn, parseKeyArn } from './key-arn.js'
import { connectionOptions, headerValues, type RawHeaders } from './raw-headers.js'

/** What the one who answers brings along. */
export interface ChallengeExpectations {
  /** Origin of the URL actually fetched. */
  readonly origin: string
  /** Unix seconds. */
  readonly nowSeconds: number
  /** Versions that may be answered for this origin. */
  readonly allowedVersions: readonly number[]
  /** Full ARN of the key that a trust entry pins. Only a pinned key may be of another account than the realm. */
  readonly pinnedKeyArn?: string | undefined
}

/** A challenge that may be answered: everything in it has been checked. */
export interface Challenge {
  /** The highest version both offered and allowed. */
  readonly version: 1 | 2
  /** 12 digits: the account that the caller must belong to. */
  readonly realm: string
  readonly key: KeyArn
  readonly encryptionContext: EncryptionContext
  /** The field value as sent, without surrounding white space: what the binding hashes. */
  readonly encryptionContextHeader: string
  /** The parameters of version 2 and the challenge's cookie; undefined for a challenge of the original. */
  readonly bound: (BoundParams & { readonly cookie: CookiePair }) | undefined
}

const LINE_FIELDS = ['www-authenticate', KEY_ID_HEADER.toLowerCase(), ENCRYPTION_CONTEXT_HEADER.toLowerCase()]

/** Whether a 401 carries a challenge for us at all, well formed or not. Cheap, and true too often rather than too seldom. */
export function mentionsIamChallenge(rawHeaders: RawHeaders): boolean {
  return headerValues(rawHeaders, 'www-authenticate').some((value) => /(?:^|[\s,])IAM(?:[\s,]|$)/i.test(value))
}

/**
 * The challenge of a 401, checked in the order of PROTOCOL.md: one challenge, realm, version, key, context, expiry, cookie.
 * Nothing is asked of AWS before it returns.
 *
 * @throws ProtocolError with the code of the first rule that is broken
 */
export function parseChallenge(rawHeaders: RawHeaders, expected: ChallengeExpectations): Challenge {
  requireOwnHeaders(rawHeaders)
  const { params } = requireOneChallenge(rawHeaders)
  const realm = requireRealm(params)
  const bound = params.has('v') ? parseBoundParams(params, expected) : undefined
  const version = requireVersion(bound?.versions ?? [1], expected.allowedVersions)
  const key = requireKey(rawHeaders, params, realm, expected.pinnedKeyArn)
  const regions = bound?.parseStsRegions(key)
  const encryptionContextHeader = requireOne(rawHeaders, ENCRYPTION_CONTEXT_HEADER).trim()
  const encryptionContext = parseEncryptionContext(encryptionContextHeader)
  const common = { version, realm, key, encryptionContext, encryptionContextHeader }
  if (bound === undefined || regions === undefined) {
    requireOriginalContext(encryptionContext, expected.origin)
    return { ...common, bound: undefined }
  }
  requireBoundContext(encryptionContext, { origin: expected.origin, challenge: bound.challenge, realm })
  const cookie = requireChallengeCookie(headerValues(rawHeaders, 'set-cookie'), expected.origin)
  const { parseStsRegions: _, ...boundParams } = bound
  return { ...common, bound: { ...boundParams, stsRegions: regions, cookie } }
}

function requireOwnHeaders(rawHeaders: RawHeaders): void {
  const listed = connectionOptions(rawHeaders)
  if ([...LINE_FIELDS, 'set-cookie'].some((name) => listed.includes(name))) {
    throw headers('Connection names a header of the challenge')
  }
  const tooLong = LINE_FIELDS.some((name) =>
    headerValues(rawHeaders, name).some((value) => value.length > MAX_CHALLENGE_LINE_BYTES),
  )
  if (tooLong) throw headers('a line of the challenge is longer than 8 KiB')
}

function requireOneChallenge(rawHeaders: RawHeaders): AuthChallenge {
  const found = headerValues(rawHeaders, 'www-authenticate')
    .flatMap(parseAuthChallenges)
    .filter(({ scheme }) => scheme === 'iam')
  const [challenge] = found
  if (challenge === undefined || found.length > 1) {
    throw new ProtocolError('ERR_IAM_CHALLENGE_COUNT', `${found.length} IAM challenges where there must be one`)
  }
  if (challenge.token68 !== undefined) {
    throw new ProtocolError('ERR_IAM_CHALLENGE_SYNTAX', 'the IAM challenge has no parameters')
  }
  return challenge
}

function requireRealm(params: ReadonlyMap<string, string>): string {
  const realm = params.get('realm') ?? ''
  if (!/^\d{12}$/.test(realm)) throw new ProtocolError('ERR_IAM_REALM', 'the realm is not an account of 12 digits')
  return realm
}

function requireVersion(offered: readonly number[], allowed: readonly number[]): 1 | 2 {
  const version = Math.max(...offered.filter((candidate) => allowed.includes(candidate)), 0)
  if (version !== 1 && version !== 2) {
    const lists = `offered ${offered.join(' ')}, allowed ${allowed.join(' ')}`
    throw new ProtocolError('ERR_IAM_VERSION_NOT_ALLOWED', `no version in common: ${lists}`)
  }
  return version
}

function requireKey(
  rawHeaders: RawHeaders,
  params: ReadonlyMap<string, string>,
  realm: string,
  pinnedKeyArn: string | undefined,
): KeyArn {
  const inHeader = headerValues(rawHeaders, KEY_ID_HEADER.toLowerCase())
  const inParams = params.get('kms')
  if (inHeader.length > 1 || (inHeader.length === 1 && inParams !== undefined)) {
    throw headers('the challenge names its key twice')
  }
  const key = parseKeyArn(inHeader[0] ?? inParams ?? '')
  if (pinnedKeyArn !== undefined && key.arn !== pinnedKeyArn) {
    throw new ProtocolError('ERR_IAM_KEY_PIN', 'the challenge names another key than the one that is pinned')
  }
  if (pinnedKeyArn === undefined && key.account !== realm) {
    throw new ProtocolError('ERR_IAM_KEY_ACCOUNT', 'the key belongs to another account than the realm')
  }
  return key
}

function requireOne(rawHeaders: RawHeaders, name: string): string {
  const [value, ...more] = headerValues(rawHeaders, name.toLowerCase())
  if (value === undefined || more.length > 0) throw headers(`not exactly one ${name}`)
  return value
}

function headers(message: string): ProtocolError {
  return new ProtocolError('ERR_IAM_CHALLENGE_HEADERS', message)
}
