import { type AuthChallenge, parseAuthChallenges } from './auth-params.js'
import { type BoundParams, parseBoundParams, parseVersionList } from './bound-params.js'
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
import { connectionOptions, headerValues, type RawHeaders, trimWhiteSpace } from './raw-headers.js'

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

/** The fields a challenge is made of; its cookie comes beside them. */
const LINE_FIELDS = ['www-authenticate', KEY_ID_HEADER.toLowerCase(), ENCRYPTION_CONTEXT_HEADER.toLowerCase()]

/**
 * The challenge of a 401, checked in the order of PROTOCOL.md: one challenge, realm, version, key, bound parameters,
 * context, cookie. Nothing is asked of AWS before it returns.
 *
 * @throws ProtocolError with the code of the first rule that is broken
 */
export function parseChallenge(rawHeaders: RawHeaders, expected: ChallengeExpectations): Challenge {
  requireOwnHeaders(rawHeaders)
  const { params } = requireOneChallenge(rawHeaders)
  const realm = requireRealm(params)
  const rawVersions = params.get('v')
  const versions = rawVersions === undefined ? [1] : parseVersionList(rawVersions)
  const version = requireVersion(versions, expected.allowedVersions)
  if (rawVersions !== undefined) requireVersion2Offered(versions)
  // `kms` is a parameter of version 2: where no `v` came, it is an unknown one and names nothing.
  const keyInParams = rawVersions === undefined ? undefined : params.get('kms')
  const key = requireKey(rawHeaders, keyInParams, realm, expected.pinnedKeyArn)
  const bound = rawVersions === undefined ? undefined : parseBoundParams(params, { ...expected, rawVersions, key })
  const encryptionContextHeader = trimWhiteSpace(requireOne(rawHeaders, ENCRYPTION_CONTEXT_HEADER))
  const encryptionContext = parseEncryptionContext(encryptionContextHeader)
  const common = { version, realm, key, encryptionContext, encryptionContextHeader }
  if (bound === undefined) {
    requireOriginalContext(encryptionContext, expected.origin)
    return { ...common, bound }
  }
  requireBoundContext(encryptionContext, { origin: expected.origin, challenge: bound.challenge, realm })
  const cookie = requireChallengeCookie(headerValues(rawHeaders, 'set-cookie'), expected.origin)
  return { ...common, bound: { ...bound, versions, cookie } }
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
  const version = ([2, 1] as const).find((known) => offered.includes(known) && allowed.includes(known))
  if (version === undefined) {
    const lists = `offered ${offered.join(' ')}, allowed ${allowed.join(' ')}`
    throw new ProtocolError('ERR_IAM_VERSION_NOT_ALLOWED', `no version in common: ${lists}`)
  }
  return version
}

/** No service sends such a list: who is on the way took the 2 out, to be sent the weaker version 1. */
function requireVersion2Offered(offered: readonly number[]): void {
  if (!offered.includes(2)) throw new ProtocolError('ERR_IAM_VERSION_LIST', 'the list of versions lacks 2')
}

function requireKey(
  rawHeaders: RawHeaders,
  inParams: string | undefined,
  realm: string,
  pinnedKeyArn: string | undefined,
): KeyArn {
  const inHeader = headerValues(rawHeaders, KEY_ID_HEADER.toLowerCase())
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
