import fc from 'fast-check'
import keyArns from '../../../packages/protocol/test/vectors/key-arns.json' with { type: 'json' }
import {
  type OriginTrust,
  parseTrustEntry,
  type SuffixTrust,
  type TrustEntry,
} from '../../../packages/proxy/src/trust/entry.js'
import { parseTrustFile } from '../../../packages/proxy/src/trust/file-format.js'
import { matchesSuffix, requireSuffix } from '../../../packages/proxy/src/trust/suffix.js'
import { mutated } from '../mutations.js'
import { isObject, type Json, onlyMember, readJson } from '../oracles/json.js'
import { isAccount, isPrintedOrigin, readKeyArn } from '../oracles/names.js'
import { judged, requireRule, type Target } from '../target.js'
import { HOST_PIECES, ORIGINS } from './addresses.js'

const KEY = keyArns.cases[0]?.arn ?? ''
const SUFFIXES = [
  'https://*.corp.example.com',
  'http://*.example.com:8080',
  'https://*.co.uk',
  'https://*.example_1.com',
]
const ENTRIES = [
  ...ORIGINS.flatMap((origin) => [origin, `${origin},protocol=1,plain-http`, `${origin},key=${KEY},protocol=2`]),
  ...SUFFIXES.flatMap((suffix) => Array<string>(4).fill(`${suffix},key-account=123456789012`)),
]
const PIECES = [
  ',',
  'key=',
  'key-account=',
  'protocol=1',
  'plain-http',
  'PLAIN-HTTP',
  '=',
  '*',
  '*.',
  'com',
  ...HOST_PIECES,
]
const FILES = [
  { origin: 'https://wiki.example.com', key: KEY, protocol: 1, plainHttp: true, addedAt: '2026-01-01T00:00:00Z' },
  { suffix: 'https://*.corp.example.com', keyAccount: '123456789012' },
  { origin: 'http://127.0.0.1:8000' },
].map((entry) => JSON.stringify({ version: 1, entries: [entry, { origin: 'https://other.example' }] }))
const FILE_PIECES = [
  '"key":"x",',
  '"plainHttp":true,',
  '"protocol":1,',
  '{',
  '}',
  '"',
  ',',
  'null',
  '"version":2,',
  '"__proto__":{},',
]
const BELOW = [
  'x.corp.example.com',
  'corp.example.com',
  'evilcorp.example.com',
  'x.y.corp.example.com',
  'a@x.corp.example.com',
]

export const trustTargets: readonly Target[] = [
  {
    name: 'parseTrustEntry',
    weight: 1,
    inputs: mutated(ENTRIES, PIECES),
    run: judged(parseTrustEntry, [TypeError], (text: string, entry) => {
      const [name = '', ...options] = text.split(',')
      requireTrustRules(name, entry, (option) =>
        options.find((own) => own.startsWith(`${option}=`))?.slice(option.length + 1),
      )
      const names = options.map((option) => option.split('=')[0])
      requireRule('no option twice', new Set(names).size === names.length)
      const isKnown = options.every((own) => /^(?:plain-http|protocol=[12]|key=.*|key-account=\d{12})$/.test(own))
      requireRule('known options alone', isKnown)
      const allowsPlainHttp = 'origin' in entry && entry.allowsPlainHttp
      requireRule('plain http where it is asked for', allowsPlainHttp === options.includes('plain-http'))
    }),
  },
  {
    name: 'parseTrustFile',
    weight: 1,
    inputs: mutated(FILES, FILE_PIECES),
    run: judged(parseTrustFile, [TypeError], (text: string, entries) => {
      const json = readJson(text)
      requireRule('version 1', onlyMember(json, 'version') === 1)
      const written = (onlyMember(json, 'entries') ?? []) as readonly Json[]
      requireRule('every entry', written.length === entries.length && written.every(isObject))
      entries.forEach((entry, index) => void requireFileEntryRules(written[index], entry))
    }),
  },
  {
    name: 'matchesSuffix',
    weight: 1,
    inputs: fc.tuple(
      mutated(SUFFIXES, PIECES),
      mutated([...ORIGINS, ...BELOW.map((host) => `https://${host}`)], PIECES),
    ),
    run: judged(
      ([suffix, origin]: [string, string]) => matchesSuffix(requireSuffix(suffix), origin) && isPrintedOrigin(origin),
      [TypeError],
      ([suffix, origin], isBelow) => {
        const labels = suffix.replace(/^https?:\/\/\*\./, '').replace(/:\d+$/, '')
        requireRule('at least two labels', labels.split('.').length >= 2 && suffix.split('*').length === 2)
        if (!isBelow) return
        const [below, pattern] = [new URL(origin), new URL(suffix.replace('*', 'x'))]
        requireRule('the same scheme and port', below.protocol === pattern.protocol && below.port === pattern.port)
        requireRule('one whole label more, at least', below.hostname.endsWith(`.${labels}`))
      },
    ),
  },
]

function requireTrustRules(name: string, entry: TrustEntry, option: (name: string) => string | undefined): void {
  if (name.includes('*')) requireSuffixRules(name, entry as SuffixTrust, option)
  else requireOriginRules(name, entry as OriginTrust, option)
}

function requireOriginRules(name: string, entry: OriginTrust, option: (name: string) => string | undefined): void {
  requireRule('an origin as it is printed', isPrintedOrigin(name) && entry.origin === name)
  const key = option('key')
  requireRule('a full key ARN', key === undefined || readKeyArn(key) !== undefined)
  requireRule('the key as it stands', entry.key?.arn === key && option('key-account') === undefined)
  requireRule('version 1 where it is asked for', entry.allowsVersion1 === (option('protocol') === '1'))
}

function requireSuffixRules(name: string, entry: SuffixTrust, option: (name: string) => string | undefined): void {
  requireRule('the suffix as it stands', entry.suffix === name && /^https?:\/\/\*\.[a-z0-9._-]+(?::\d+)?$/.test(name))
  requireRule(
    'an account is pinned',
    isAccount(option('key-account') ?? '') && entry.keyAccount === option('key-account'),
  )
  requireRule('and nothing more is allowed', option('key') === undefined && option('protocol') !== '1')
}

function requireFileEntryRules(written: Json | undefined, entry: TrustEntry): void {
  const members = isObject(written) ? written.members : []
  const own = new Map(members)
  requireRule('no member twice', own.size === members.length)
  const name = String(own.get('origin') ?? own.get('suffix'))
  const names: Readonly<Record<string, string>> = { 'key-account': 'keyAccount' }
  requireTrustRules(name, entry, (option) => own.get(names[option] ?? option)?.toString())
  requireRule(
    'plain http where it is asked for',
    !('origin' in entry && entry.allowsPlainHttp) || own.get('plainHttp') === true,
  )
}
