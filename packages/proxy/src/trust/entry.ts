import { isOrigin, type KeyArn, ProtocolError, parseKeyArn } from 'iam-auth-protocol'
import { quote } from './quote.js'
import { requireSuffix } from './suffix.js'

/** What the user says about one origin. */
export interface OriginTrust {
  readonly origin: string
  /** The only key proofs are sealed under; it may be of another account than the realm. */
  readonly key: KeyArn | undefined
  /** Version 1, which hands over live credentials, is allowed as well. */
  readonly allowsVersion1: boolean
  /** Logins that need it may go over unencrypted http. */
  readonly allowsPlainHttp: boolean
  /** When it was added, as ISO 8601. */
  readonly addedAt?: string
}

/** What the user says about every host below a name. It narrows what these may ask for, and allows nothing more. */
export interface SuffixTrust {
  /** `https://*.corp.example.com`, with a port where it is not the scheme's own. */
  readonly suffix: string
  /** 12 digits: the only account whose keys proofs are sealed under. */
  readonly keyAccount: string
  readonly addedAt?: string
}

export type TrustEntry = OriginTrust | SuffixTrust

/** An entry as it is written, before anything is checked. */
export interface WrittenEntry {
  /** An origin, or a suffix: what has a `*`. */
  readonly name: string
  readonly key?: string | undefined
  readonly keyAccount?: string | undefined
  readonly protocol?: string | undefined
  readonly plainHttp?: boolean | undefined
}

/** One `--trust` value: `<origin>[,key=<ARN>][,protocol=1|2][,plain-http]` or `<suffix>,key-account=<12 digits>`. */
export function parseTrustEntry(text: string): TrustEntry {
  const [name = '', ...options] = text.split(',')
  const written: Record<string, string | boolean> = {}
  for (const option of options) {
    const [member, value] = readOption(option)
    if (member in written) throw new TypeError(`${quote(option.split('=', 1)[0] ?? '')} stands twice`)
    written[member] = value
  }
  return requireTrustEntry({ name, ...written })
}

/** @throws TypeError that says which part is wrong */
export function requireTrustEntry(written: WrittenEntry): TrustEntry {
  return written.name.includes('*') ? requireSuffixTrust(written) : requireOriginTrust(written)
}

/** What can be an entry's name, `*` or not. @throws TypeError that says what to write */
export function requireEntryName(name: string): void {
  if (name.includes('*')) requireSuffix(name)
  else if (!isOrigin(name)) throw new TypeError(`${quote(name)} is not an origin: ${originHint(name)}`)
}

/** What names an entry in files, lists and commands: its origin, or its suffix. */
export function entryName(entry: TrustEntry): string {
  return 'suffix' in entry ? entry.suffix : entry.origin
}

function requireOriginTrust({ name, key, keyAccount, protocol = '2', plainHttp = false }: WrittenEntry): OriginTrust {
  requireEntryName(name)
  if (keyAccount !== undefined) throw new TypeError('an account is pinned for a suffix only; pin the key of an origin')
  if (protocol !== '1' && protocol !== '2') throw new TypeError(`${quote(protocol)} is no version: 1 or 2`)
  const pinned = key === undefined ? undefined : requirePin(key)
  return { origin: name, key: pinned, allowsVersion1: protocol === '1', allowsPlainHttp: plainHttp }
}

function requireSuffixTrust({ name, key, keyAccount, protocol = '2', plainHttp = false }: WrittenEntry): SuffixTrust {
  const suffix = requireSuffix(name)
  if (protocol !== '2' || plainHttp || key !== undefined) {
    throw new TypeError('a suffix allows nothing beyond version 2 and pins an account: name the exact origin for more')
  }
  if (keyAccount === undefined) throw new TypeError('a suffix needs the account whose keys it may name (key-account)')
  if (!/^\d{12}$/.test(keyAccount)) throw new TypeError(`${quote(keyAccount)} is not an account: 12 digits`)
  return { suffix, keyAccount }
}

const KNOWN_OPTIONS = 'key=<ARN>, key-account=<12 digits>, protocol=1, protocol=2, plain-http'

function readOption(option: string): [member: keyof WrittenEntry, value: string | boolean] {
  if (option === 'plain-http') return ['plainHttp', true]
  if (option === 'protocol=1' || option === 'protocol=2') return ['protocol', option.slice('protocol='.length)]
  if (option.startsWith('key=')) return ['key', option.slice('key='.length)]
  if (option.startsWith('key-account=')) return ['keyAccount', option.slice('key-account='.length)]
  throw new TypeError(`${quote(option)} is none of ${KNOWN_OPTIONS}`)
}

function requirePin(text: string): KeyArn {
  try {
    return parseKeyArn(text)
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new TypeError(`${quote(text)} is not the full ARN of a KMS key (arn:aws:kms:<region>:<account>:key/<id>)`, {
      cause,
    })
  }
}

function originHint(text: string): string {
  try {
    const { origin } = new URL(text)
    if (isOrigin(origin)) return `write ${origin}`
  } catch {
    // not a URL at all: the general hint
  }
  return 'write it like https://wiki.example.com or http://127.0.0.1:8000'
}
