import type { Challenge } from 'iam-auth-protocol'
import { requireRule } from '../target.js'
import { requireContextRules } from './context.js'
import { requireCookieRules } from './cookies.js'
import { ID_CHARACTERS, isAccount, isMadeOf, partitionOf, readKeyArn } from './names.js'
import { readWwwAuthenticate, trimmed } from './www-authenticate.js'

/** A 401 as the proxy gets it, and what it brings along. */
export interface Received {
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly origin: string
  readonly nowSeconds: number
  readonly allowedVersions: readonly number[]
  readonly pinnedKeyArn: string | undefined
}

const FIELDS = ['www-authenticate', 'iam-auth-kms-key-id', 'iam-auth-kms-encryption-context']

/**
 * PROTOCOL.md §2.1, §2.6 and §4 (steps 8 to 11) once more, rule by rule, over a challenge that was accepted. It shares no
 * code with the parser.
 *
 * @throws Forbidden
 */
export function requireChallengeRules(received: Received, accepted: Challenge): void {
  const fields = (name: string) =>
    received.headers.flatMap(([own, value]) => (own.toLowerCase() === name ? [value] : []))
  requireFieldRules(fields)
  const challenges = fields('www-authenticate').map(readWwwAuthenticate)
  requireRule('all lines parse', !challenges.includes(undefined))
  const all = challenges.flatMap((found) => found ?? [])
  requireRule(
    'no parameter twice',
    all.every(({ params }) => isUnique(params.map(([name]) => name))),
  )
  const [iam, ...more] = all.filter(({ scheme }) => scheme === 'iam')
  requireRule('exactly one IAM challenge', iam !== undefined && more.length === 0)
  requireRule('it has parameters, not a token68', iam?.token68 === undefined)
  const params = new Map(iam?.params)
  const realm = params.get('realm') ?? ''
  requireRule('a realm of 12 digits', isAccount(realm) && accepted.realm === realm)
  requireKeyRules(received, accepted, fields('iam-auth-kms-key-id'), params, realm)
  const [context = '', ...contexts] = fields('iam-auth-kms-encryption-context')
  const sent = trimmed(context)
  requireRule('exactly one context', fields('iam-auth-kms-encryption-context').length === 1 && contexts.length === 0)
  requireRule('the context as sent', accepted.encryptionContextHeader === sent)
  requireContextRules(sent, accepted.encryptionContext)
  if (params.has('v')) requireVersion2Rules(received, accepted, params, fields('set-cookie'))
  else requireVersion1Rules(received, accepted)
}

type Params = ReadonlyMap<string, string>

function requireFieldRules(fields: (name: string) => string[]): void {
  const listed = fields('connection').flatMap((value) => value.toLowerCase().split(',').map(trimmed))
  const isListed = [...FIELDS, 'set-cookie'].some((name) => listed.includes(name))
  requireRule('no field of it in Connection', !isListed)
  requireRule(
    'no field above 8192 bytes',
    FIELDS.every((name) => fields(name).every((value) => value.length <= 8192)),
  )
}

function requireKeyRules(
  { pinnedKeyArn }: Received,
  { key }: Challenge,
  inHeader: readonly string[],
  params: Params,
  realm: string,
): void {
  const inParams = params.has('v') ? params.get('kms') : undefined
  const named = [...inHeader, ...(inParams === undefined ? [] : [inParams])]
  const read = readKeyArn(named[0] ?? '')
  requireRule('the key stands in one place', named.length === 1 && key.arn === named[0])
  requireRule('the full ARN of a key, its region of its partition', read !== undefined)
  requireRule('read as it stands', key.account === read?.account && key.region === read.region)
  if (pinnedKeyArn === undefined) requireRule('the key is of the realm', read?.account === realm)
  else requireRule('the key is the one that is pinned', key.arn === pinnedKeyArn)
}

function requireVersion1Rules({ origin, allowedVersions }: Received, accepted: Challenge): void {
  requireRule('version 1 where there is no v', accepted.version === 1 && allowedVersions.includes(1))
  requireRule('nothing bound', accepted.bound === undefined)
  for (const [name, value] of Object.entries(accepted.encryptionContext)) {
    requireRule('no iam-auth-v in a context of version 1', name.toLowerCase() !== 'iam-auth-v')
    const isOrigin = name.toLowerCase() === 'iam-auth-origin'
    requireRule('no other origin in the context', !isOrigin || (name === 'iam-auth-origin' && value === origin))
  }
}

function requireVersion2Rules(received: Received, accepted: Challenge, params: Params, setCookies: readonly string[]) {
  const { origin, nowSeconds, allowedVersions } = received
  const { bound, version, realm, key } = accepted
  const param = (name: string) => params.get(name) ?? ''
  requireList('v', param('v'), /^(?:[1-9]|[1-9][0-9]|[1-9][0-9][0-9])$/)
  requireRule('version 2 among them', param('v').split(' ').includes('2'))
  const common = param('v')
    .split(' ')
    .map(Number)
    .filter((own) => (own === 1 || own === 2) && allowedVersions.includes(own))
  requireRule('the highest version offered and allowed', version === Math.max(...common))
  requireRule('the origin fetched', param('origin') === origin)
  const id = param('challenge')
  requireRule('the form of the id', id.length >= 22 && id.length <= 128 && isMadeOf(id, ID_CHARACTERS))
  const exp = param('exp')
  requireRule('exp in decimal, no leading zeros', isMadeOf(exp, '0123456789') && !exp.startsWith('0'))
  requireRule('exp within reason', Number(exp) > nowSeconds - 300 && Number(exp) <= nowSeconds + 900)
  requireList('proof', param('proof'), /^[a-z0-9-]+$/)
  requireRule('a proof that is known', param('proof').split(' ').includes('sts-kms'))
  const regions = params.has('sts') ? param('sts').split(' ') : [key.region]
  const isOfKey = regions.every((region) => partitionOf(region) === partitionOf(key.region))
  requireRule('1 to 8 regions of the partition of the key', regions.length <= 8 && isOfKey)
  const auth = params.get('auth') ?? '/auth'
  requireAuthPathRules(auth)
  const raw = [
    bound?.challenge,
    bound?.rawVersions,
    bound?.rawExp,
    bound?.rawProofs,
    bound?.rawAuthPath,
    bound?.authPath,
  ]
  const sent = [id, param('v'), exp, param('proof'), params.get('auth'), auth]
  requireRule('read as it stands', sent.join('\n') === raw.join('\n') && bound?.stsRegions.join() === regions.join())
  const expected = { 'iam-auth-v': '2', 'iam-auth-origin': origin, 'iam-auth-challenge': id, 'iam-auth-realm': realm }
  const reserved = Object.entries(accepted.encryptionContext).filter(([name]) => /^iam-auth-/i.test(name))
  const isBound = JSON.stringify(reserved.sort()) === JSON.stringify(Object.entries(expected).sort())
  requireRule('the context is bound to this login, and says no more of it', isBound)
  requireCookieRules(origin, bound?.cookie, setCookies)
}

function requireAuthPathRules(path: string): void {
  const [empty, ...segments] = path.split('/')
  const isPlain = segments.every((segment) => segment !== '.' && segment !== '..' && PATH_SEGMENT.test(segment))
  requireRule('the form of the auth path', empty === '' && isPlain && path.length >= 2 && path.length <= 256)
}

const PATH_SEGMENT = /^[A-Za-z0-9\-._~!$&'()*+,;=:@]+$/

function requireList(name: string, text: string, item: RegExp): void {
  const items = text.split(' ')
  requireRule(`the form of ${name}`, items.every((own) => item.test(own)) && isUnique(items))
}

function isUnique(items: readonly string[]): boolean {
  return new Set(items).size === items.length
}
