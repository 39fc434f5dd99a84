import type { LoginRequest, SessionTokenProof, SignedIdentity } from 'iam-auth-protocol'
import { requireRule } from '../target.js'
import { isObject, onlyMember, readJson } from './json.js'

const BASE64URL = '([A-Za-z0-9_-]*)'
const LOGIN = new RegExp(
  `^\\{"v":2,"challenge":"([A-Za-z0-9_-]{22,128})","ek":"${BASE64URL}","iv":"${BASE64URL}","ct":"${BASE64URL}"\\}$`,
)

/** PROTOCOL.md §2.5: the body of a login, as the one line of text that it may be. */
export function requireLoginRules(json: string, accepted: LoginRequest): void {
  const [, challenge, ...texts] = LOGIN.exec(json) ?? []
  requireRule('the members in order, each once, no white space', challenge !== undefined)
  const [ek, iv, ct] = texts.map((text) => Buffer.from(text, 'base64url'))
  requireRule(
    'base64url in its one spelling',
    [ek, iv, ct].every((bytes, i) => bytes?.toString('base64url') === texts[i]),
  )
  requireRule('ek of 1 to 6144 bytes', ek !== undefined && ek.length >= 1 && ek.length <= 6144)
  requireRule('iv of 12 bytes', iv?.length === 12)
  const read = [accepted.encryptedKey, accepted.iv, accepted.ciphertext]
  const isSame = read.every((bytes, index) => [ek, iv, ct][index]?.equals(bytes))
  requireRule('read as it stands', isSame && accepted.challenge === challenge)
}

const VISIBLE_IN_JSON = '((?:[\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\["\\\\])*)'
const IDENTITY = new RegExp(
  `^\\{"v":2,"p":"sts","r":"([a-z0-9-]{1,32})","d":"([0-9]{8}T[0-9]{6}Z)","a":"(AKIA|ASIA)([A-Z0-9]{12,124})"(?:,"t":"${VISIBLE_IN_JSON}")?,"s":"([0-9a-f]{64})"\\}$`,
)

/** PROTOCOL.md §2.3: the proof. */
export function requireIdentityRules(json: string, accepted: SignedIdentity): void {
  const [, region, date, prefix, key, escaped, signature] = IDENTITY.exec(json) ?? []
  requireRule('the members in order, each once, no white space', region !== undefined)
  requireRule('a token exactly where the key is temporary', (escaped !== undefined) === (prefix === 'ASIA'))
  const token = escaped?.replaceAll(/\\(.)/g, '$1')
  requireRule('a token of 1 to 8192 characters', token === undefined || (token.length >= 1 && token.length <= 8192))
  const sent = [region, date, `${prefix}${key}`, token, signature]
  const read = [accepted.region, accepted.date, accepted.accessKeyId, accepted.sessionToken, accepted.signature]
  requireRule('read as it stands', sent.join('\n') === read.join('\n'))
}

const TOKEN_MEMBERS: Readonly<Record<string, RegExp>> = {
  AccessKeyId: /^ASIA[A-Z0-9]{12,124}$/,
  Expiration: /^[ -~]{1,64}$/,
  SecretAccessKey: /^[!-~]{1,256}$/,
  SessionToken: /^[!-~]{1,8192}$/,
}

/** PROTOCOL.md §1: what a token of version 1 decrypts to. */
export function requireSessionTokenRules(json: string, accepted: SessionTokenProof): void {
  const value = readJson(json)
  requireRule('a JSON object of four members', isObject(value) && value.members.length === 4)
  const texts = Object.entries(TOKEN_MEMBERS).map(([name, form]) => {
    const text = onlyMember(value, name)
    requireRule(`${name}, once, in its form`, typeof text === 'string' && form.test(text))
    return text
  })
  const { accessKeyId, expiration, secretAccessKey, sessionToken } = accepted
  const read = [accessKeyId, expiration, secretAccessKey, sessionToken]
  requireRule('read as it stands', texts.join('\n') === read.join('\n'))
}

/** PROTOCOL.md §2.3: what STS may have answered. */
export function requireStsRules(
  json: string,
  accepted: { readonly account: string; readonly arn: string; readonly userId: string },
): void {
  const result = onlyMember(onlyMember(readJson(json), 'GetCallerIdentityResponse'), 'GetCallerIdentityResult')
  const texts = ['Account', 'Arn', 'UserId'].map((name) => {
    const text = onlyMember(result, name)
    requireRule(`${name}, once, a text that is not empty`, typeof text === 'string' && text !== '')
    return text
  })
  const read = [accepted.account, accepted.arn, accepted.userId]
  requireRule('read as it stands', texts.join('\n') === read.join('\n'))
}
