import { isOrigin, type KeyArn, ProtocolError, parseKeyArn } from 'iam-auth-protocol'

/** What the user says about one origin: `--trust <origin>[,key=<ARN>][,protocol=1|2][,plain-http]`. */
export interface TrustEntry {
  readonly origin: string
  /** The only key proofs are sealed under; it may be of another account than the realm. */
  readonly key: KeyArn | undefined
  /** Version 1, which hands over live credentials, is allowed as well. */
  readonly allowsVersion1: boolean
  /** Logins that need it may go over unencrypted http. */
  readonly allowsPlainHttp: boolean
}

export interface TrustList {
  entryFor(origin: string): TrustEntry | undefined
  /** Some entry names this host (as in a URL, IPv6 without brackets) and port, whatever its scheme. */
  namesAuthority(hostname: string, port: number): boolean
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

export function createTrustList(entries: readonly TrustEntry[]): TrustList {
  const byOrigin = new Map(entries.map((entry) => [entry.origin, entry]))
  const authorities = new Set(entries.map(({ origin }) => authorityOf(new URL(origin))))
  return {
    entryFor: (origin) => byOrigin.get(origin),
    namesAuthority: (hostname, port) => authorities.has(`${hostname.toLowerCase()}:${port}`),
  }
}

/** One `--trust` value. @throws TypeError that says which part is wrong. */
export function parseTrustEntry(text: string): TrustEntry {
  const [origin = '', ...options] = text.split(',')
  if (!isOrigin(origin)) throw new TypeError(`${quote(origin)} is not an origin: ${originHint(origin)}`)
  let entry: TrustEntry = { origin, key: undefined, allowsVersion1: false, allowsPlainHttp: false }
  const seen = new Set<string>()
  for (const option of options) {
    const name = option.split('=', 1)[0] ?? ''
    if (seen.has(name)) throw new TypeError(`${quote(name)} stands twice`)
    seen.add(name)
    entry = { ...entry, ...parseOption(option) }
  }
  return entry
}

function parseOption(option: string): Partial<TrustEntry> {
  if (option === 'plain-http') return { allowsPlainHttp: true }
  if (option === 'protocol=1') return { allowsVersion1: true }
  if (option === 'protocol=2') return { allowsVersion1: false }
  if (option.startsWith('key=')) return { key: parsePin(option.slice('key='.length)) }
  throw new TypeError(`${quote(option)} is none of key=<ARN>, protocol=1, protocol=2, plain-http`)
}

function parsePin(text: string): KeyArn {
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

function authorityOf(url: URL): string {
  const host = url.hostname.replaceAll(/[[\]]/g, '')
  return `${host}:${url.port === '' ? DEFAULT_PORTS[url.protocol] : url.port}`
}

function quote(text: string): string {
  return JSON.stringify(text)
}
