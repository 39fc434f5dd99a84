import {
  ProtocolError,
  parseEncryptionContext,
  parseLoginRequest,
  parseSessionTokenProof,
  parseSignedIdentity,
} from 'iam-auth-protocol'
import challenges from '../../../packages/protocol/test/vectors/challenges.json' with { type: 'json' }
import loginRequests from '../../../packages/protocol/test/vectors/login-requests.json' with { type: 'json' }
import sessionTokens from '../../../packages/protocol/test/vectors/session-tokens.json' with { type: 'json' }
import signedIdentities from '../../../packages/protocol/test/vectors/signed-identities.json' with { type: 'json' }
import { parseStsAnswer } from '../../../packages/server-middleware/src/aws/sts-answer.js'
import { parseOverriddenStsAnswer } from '../../../packages/server-middleware/src/aws/sts-xml-answer.js'
import { LoginRefusal } from '../../../packages/server-middleware/src/refusal.js'
import { ALICE, answerOf } from '../../security/fake-aws.js'
import { corpusOf, mutated, mutatedInBase64 } from '../mutations.js'
import {
  requireIdentityRules,
  requireLoginRules,
  requireSessionTokenRules,
  requireStsRules,
} from '../oracles/bodies.js'
import { requireContextRules } from '../oracles/context.js'
import { requireXmlRules } from '../oracles/xml.js'
import { judged, type Target } from '../target.js'

const JSON_PIECES = [
  '{',
  '}',
  '[',
  ']',
  '"',
  '\\"',
  '\\u0061',
  ',',
  ':',
  '"v":2',
  '"p":"sts"',
  '"v":1',
  'null',
  '1e3',
  '""',
  '"a":"b",',
]
const MEMBER_PIECES = [
  '"AccessKeyId"',
  '"t":"x",',
  '"Account":"1"',
  '"Arn"',
  '"\\u0041rn"',
  '"ct":""',
  'ASIA',
  'AKIA',
  'A'.repeat(20),
]

const contexts = challenges.cases.flatMap(({ headers }) =>
  headers.flatMap(([name = '', value = '']) => (/context$/i.test(name) && value.length < 2800 ? [value] : [])),
)
const json = (corpus: readonly string[]) => mutated(corpus, [...JSON_PIECES, ...MEMBER_PIECES])

const STS_ANSWERS = [
  answerOf(ALICE),
  answerOf(ALICE, {}),
  answerOf({ ...ALICE, Arn: 'arn:aws:sts::123456789012:assumed-role/Dev/a', UserId: 'AROAAAAAAAAAAAAAAAAAA:a' }),
  '{"Error":{"Code":"InvalidClientTokenId"}}',
  '<GetCallerIdentityResponse/>',
]
const sts = (text: string) => parseStsAnswer({ status: 200, contentType: 'application/json', body: Buffer.from(text) })

const XML = `<?xml version="1.0" encoding="UTF-8"?>
<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${ALICE.Arn}</Arn><UserId>${ALICE.UserId}</UserId><Account>${ALICE.Account}</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>x</RequestId></ResponseMetadata></GetCallerIdentityResponse>`
const XML_ANSWERS = [XML, XML.replace(/^.*\n/, '').replace(/ xmlns="[^"]*"/, '')]
const XML_PIECES = [
  '<Arn>',
  '</Arn>',
  '<Account>1</Account>',
  '<UserId>',
  '<!-- -->',
  '&a;',
  '<',
  '>',
  '<RequestId>',
  '<![CDATA[',
]
const emulatedSts = (text: string) =>
  parseOverriddenStsAnswer({ status: 200, contentType: 'text/xml', body: Buffer.from(text) })

const PROTOCOL = [ProtocolError]

export const textTargets: readonly Target<string>[] = [
  {
    name: 'parseEncryptionContext',
    weight: 3,
    inputs: mutatedInBase64([...new Set(contexts)], [...JSON_PIECES, '"iam-auth-v":"2"', '"salt":"x"']),
    run: judged(parseEncryptionContext, PROTOCOL, requireContextRules),
  },
  {
    name: 'parseLoginRequest',
    weight: 3,
    inputs: json(corpusOf(loginRequests.cases, (own) => own.json)),
    run: judged(parseLoginRequest, PROTOCOL, requireLoginRules),
  },
  {
    name: 'parseSignedIdentity',
    weight: 3,
    inputs: json(corpusOf(signedIdentities.cases, (own) => own.json)),
    run: judged(parseSignedIdentity, PROTOCOL, requireIdentityRules),
  },
  {
    name: 'parseSessionTokenProof',
    weight: 3,
    inputs: json(corpusOf(sessionTokens.cases, (own) => own.json)),
    run: judged(parseSessionTokenProof, PROTOCOL, requireSessionTokenRules),
  },
  {
    name: 'an answer of STS',
    weight: 2,
    inputs: json(STS_ANSWERS).map((text) => Buffer.from(text).toString()), // no lone surrogates: they do not survive UTF-8
    run: judged(sts, [LoginRefusal], requireStsRules),
  },
  {
    name: 'an answer of an emulated STS',
    weight: 1,
    inputs: mutated(XML_ANSWERS, XML_PIECES).map((text) => Buffer.from(text).toString()),
    run: judged(emulatedSts, [LoginRefusal], requireXmlRules),
  },
]
