import fc from 'fast-check'
import * as protocol from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { anyText, expected, holds, keyArn, origin, realm, valueOrRefusal } from './any-text.js'

type Parser = (text: string) => unknown

/** Parsers that return a value or throw a ProtocolError. */
const parsers: Record<string, Parser> = {
  parseAmzDate: protocol.parseAmzDate,
  parseAuthChallenges: protocol.parseAuthChallenges,
  parseBase64: protocol.parseBase64,
  parseBase64Url: protocol.parseBase64Url,
  parseChallengeCookieValue: protocol.parseChallengeCookieValue,
  parseChallengeId: protocol.parseChallengeId,
  parseEncryptionContext: protocol.parseEncryptionContext,
  'parseEncryptionContext of base64': (text) => protocol.parseEncryptionContext(Buffer.from(text).toString('base64')),
  parseKeyArn: protocol.parseKeyArn,
  parseLoginRequest: protocol.parseLoginRequest,
  parsePrincipalArn: protocol.parsePrincipalArn,
  parseSessionTokenProof: protocol.parseSessionTokenProof,
  parseSignedIdentity: protocol.parseSignedIdentity,
  requireAuthPath: protocol.requireAuthPath,
  requireOrigin: protocol.requireOrigin,
  'requireChallengeCookie of one line': (text) => protocol.requireChallengeCookie([text], origin),
  'parseChallenge of a WWW-Authenticate': (text) => protocol.parseChallenge(['WWW-Authenticate', text], expected),
  'parseChallenge of a parameter': (text) =>
    protocol.parseChallenge(
      ['WWW-Authenticate', `IAM realm="${realm}", v="1 2", ${text}`, ...keyAndContext('e30=')],
      expected,
    ),
  'parseChallenge of a context': (text) =>
    protocol.parseChallenge(['WWW-Authenticate', `IAM realm="${realm}"`, ...keyAndContext(text)], expected),
}

/** Functions that have an answer for every text. */
const total: Record<string, Parser> = {
  connectionOptions: (text) => protocol.connectionOptions(['Connection', text]),
  dropBounceMark: protocol.dropBounceMark,
  hasBounceMark: protocol.hasBounceMark,
  isLoopbackOrigin: protocol.isLoopbackOrigin,
  isOpaqueChallengeId: protocol.isOpaqueChallengeId,
  isOrigin: protocol.isOrigin,
  isPartition: protocol.isPartition,
  isRemoval: protocol.isRemoval,
  mentionsIamChallenge: (text) => protocol.mentionsIamChallenge(['WWW-Authenticate', text]),
  parseCookieHeader: protocol.parseCookieHeader,
  parseSetCookiePair: protocol.parseSetCookiePair,
  partitionOfRegion: protocol.partitionOfRegion,
  safeReturnUrl: (text) => protocol.safeReturnUrl(text, origin, '/auth'),
}

describe('for any text', () => {
  it.each(Object.entries(parsers))('%s gives a value or a ProtocolError', (_, parse) => {
    holds(fc.property(anyText, (text) => void valueOrRefusal(parse, text)))
  })

  it.each(Object.entries(total))('%s gives an answer', (_, parse) => {
    holds(fc.property(anyText, (text) => void parse(text)))
  })
})

describe('for long hostile text', () => {
  const units = ' |,|, |\t,|=|"|\\|\\"|/|//|/.|/a|%|%2|.|a|a=|a,|a =|A b=c,|;|; |[|{"a":|-|a-|\u00e9|1'.split('|')
  const tails = units.map((unit) => unit.repeat(Math.ceil(100_000 / unit.length)))
  const openings =
    '|IAM |IAM x="|IAM realm="123456789012", |/|arn:aws:iam::123456789012:user/|arn:aws:kms:eu-|https://|{"v":2,|a=b;'.split(
      '|',
    )

  it.each(Object.entries({ ...parsers, ...total }))('%s answers at once', (_, parse) => {
    const started = performance.now()
    for (const opening of openings) for (const tail of tails) valueOrRefusal(parse, opening + tail)
    // Linear, this takes some 10 ms a text at most; quadratic, half a minute for the first one.
    expect(performance.now() - started).toBeLessThan(openings.length * tails.length * 50)
  })
})

function keyAndContext(context: string): string[] {
  return ['Iam-Auth-Kms-Key-Id', keyArn, 'Iam-Auth-Kms-Encryption-Context', context]
}
