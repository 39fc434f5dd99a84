import { generateKeyPairSync } from 'node:crypto'
import { AssumeRoleWithSAMLCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalAws, startLocalAws } from '../../src/index.js'
import { fromAnswer, refusalOf, stsClient } from '../support/clients.js'
import {
  formatResponse,
  issuer,
  providerArn,
  roleArn,
  type SamlParts,
  type SamlSigning,
  signResponse,
} from '../support/saml.js'

const idp = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
const minute = 60_000
let aws: LocalAws

beforeAll(async () => {
  const certificate = idp.publicKey.export({ type: 'spki', format: 'pem' }) as string
  const Condition = { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } }
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: providerArn },
    Action: 'sts:AssumeRoleWithSAML',
    Condition,
  } as const
  aws = await startLocalAws({
    seed: {
      accounts: [
        {
          id: '123456789012',
          samlProviders: [
            { name: 'idp', issuer, certificate },
            { name: 'other', issuer: 'https://other.example', certificate },
          ],
          roles: [
            { name: 'saml', trustPolicy: { Statement: statement }, maxSessionSeconds: 7200 },
            { name: 'untrusting' },
          ],
        },
      ],
    },
  })
})
afterAll(() => aws.close())

const signed = (parts: SamlParts = {}, signing: Partial<SamlSigning> = {}) =>
  signResponse(formatResponse(Date.now(), parts), { key: idp.privateKey, ...signing })

function assume(xml: string, input: { RoleArn?: string; PrincipalArn?: string; DurationSeconds?: number } = {}) {
  const sts = new STSClient({ endpoint: aws.endpoint, region: 'us-east-1', maxAttempts: 1 })
  const SAMLAssertion = Buffer.from(xml).toString('base64')
  return sts.send(
    new AssumeRoleWithSAMLCommand({ RoleArn: roleArn, PrincipalArn: providerArn, SAMLAssertion, ...input }),
  )
}

describe('AssumeRoleWithSAML takes', () => {
  it.each([
    ['a signed assertion', () => signed()],
    ['a signed response', () => signed({}, { element: 'Response' })],
    ['both signed', () => signResponse(signed(), { key: idp.privateKey, element: 'Response' })],
    ['a signature with inclusive namespaces', () => signed({}, { inclusivePrefixes: ['xs', 'saml'] })],
    ['the pair of ARNs the other way round', () => signed({ roles: [`${providerArn},${roleArn}`] })],
    [
      'a choice of roles',
      () => signed({ roles: ['arn:aws:iam::123456789012:role/x,y', `${roleArn}, ${providerArn}`] }),
    ],
    ['the sign-in URL as audience', () => signed({ audience: 'https://signin.aws.amazon.com/saml' })],
    [
      'text and attributes that need escapes',
      () =>
        signed({
          extra: `<saml:Attribute Name="a&quot;&lt;&#10;&#x9;b" z='"' a="1"><saml:AttributeValue>&lt;&#13;&gt; ☕ &amp;amp;</saml:AttributeValue></saml:Attribute>`,
        }),
    ],
    [
      'namespaces declared and redeclared',
      () =>
        signed({
          extra:
            `<saml:Attribute Name="n"><saml:AttributeValue><a xmlns="urn:a"><b xmlns="" xmlns:c="urn:c" c:z="1" y="2"><c:d xmlns:c="urn:d"/></b></a></saml:AttributeValue></saml:Attribute>`.replace(
              /<saml:AttributeValue>.*<\/saml:AttributeValue>/,
              (inner) => inner.replaceAll('saml:AttributeValue', 'saml:Other'),
            ),
        }),
    ],
  ])('%s', async (_name, make) => {
    const answer = await assume(make())
    expect(answer).toMatchObject({
      Issuer: issuer,
      Subject: 'ann & co',
      SubjectType: 'persistent',
      Audience: 'https://signin.aws.amazon.com/saml',
    })
    const identity = await stsClient(aws, fromAnswer(answer.Credentials)).send(new GetCallerIdentityCommand())
    expect(identity.Arn).toBe('arn:aws:sts::123456789012:assumed-role/saml/ann@corp.example')
  })

  it('the shortest of the times that are asked for', async () => {
    const secondsOf = async (answer: ReturnType<typeof assume>) =>
      ((await answer).Credentials!.Expiration!.getTime() - Date.now()) / 1000
    expect(await secondsOf(assume(signed({ sessionSeconds: '7200' })))).toBeCloseTo(3600, -1)
    expect(await secondsOf(assume(signed({ sessionSeconds: '1800' }), { DurationSeconds: 7200 }))).toBeCloseTo(1800, -1)
    expect(await secondsOf(assume(signed(), { DurationSeconds: 7200 }))).toBeCloseTo(7200, -1)
    const end = new Date(Date.now() + 1_200_000).toISOString()
    const ending = formatResponse(Date.now()).replace(
      '<saml:AttributeStatement>',
      `<saml:AuthnStatement SessionNotOnOrAfter="${end}"/><saml:AttributeStatement>`,
    )
    expect(await secondsOf(assume(signResponse(ending, { key: idp.privateKey })))).toBeCloseTo(1200, -1)
  })
})

function duration(text: string): string {
  const name = 'https://aws.amazon.com/SAML/Attributes/SessionDuration'
  return `<saml:Attribute Name="${name}"><saml:AttributeValue>${text}</saml:AttributeValue></saml:Attribute>`
}

describe('AssumeRoleWithSAML refuses', () => {
  const token = 'InvalidIdentityTokenException'
  const sha1 = {
    digest: 'http://www.w3.org/2000/09/xmldsig#sha1',
    algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  }
  const wrapped = () => {
    const xml = signed()
    const assertion = /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)![0]
    const evil = assertion
      .replace(/<ds:Signature[\s\S]*<\/ds:Signature>/, '')
      .replace('ann@corp', 'root@corp')
      .replace('_assertion', '_evil')
    return { xml, assertion, evil }
  }
  it.each([
    ['no signature', () => formatResponse(Date.now()), token, /^Response signature invalid$/],
    ['the signature of another', () => signed({}, { key: stranger.privateKey }), token, /^Response signature invalid$/],
    ['an altered assertion', () => signed().replace('ann@corp', 'bob@corp'), token, /^Response signature invalid$/],
    [
      'an altered digest',
      () => signed().replace(/<ds:DigestValue>./, '<ds:DigestValue>A'),
      token,
      /^Response signature invalid$/,
    ],
    [
      'an altered signature',
      () => signed().replace(/<ds:SignatureValue>./, (text) => text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A')),
      token,
      /^Response signature invalid$/,
    ],
    [
      'one valid signature beside an invalid one',
      () => signResponse(signed(), { key: stranger.privateKey, element: 'Response' }),
      token,
      /^Response signature invalid$/,
    ],
    ['SHA-1', () => signed({}, sha1), token, /must be http.*rsa-sha256/],
    [
      'inclusive canonicalization',
      () => signed({}, { canonicalization: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315' }),
      token,
      /must be http.*exc-c14n/,
    ],
    [
      'a reference to another element',
      () => signed().replace('URI="#_assertion"', 'URI="#_response"'),
      token,
      /refer to the element/,
    ],
    [
      'no assertion',
      () => signed().replace(/<saml:Assertion[\s\S]*<\/saml:Assertion>/, ''),
      token,
      /must have one Assertion/,
    ],
    [
      'a forged assertion that holds the signed one',
      () => {
        const { xml, assertion, evil } = wrapped()
        return xml.replace(assertion, evil.replace('</saml:Subject>', `</saml:Subject>${assertion}`))
      },
      token,
      /^Response signature invalid$/,
    ],
    [
      'two assertions',
      () => {
        const { xml, assertion, evil } = wrapped()
        return xml.replace(assertion, evil + assertion)
      },
      token,
      /must have one Assertion/,
    ],
    [
      'two elements of one ID',
      () => {
        const { xml, assertion, evil } = wrapped()
        return xml.replace(assertion, `<x ID="_assertion">${evil}</x>${assertion}`)
      },
      token,
      /same ID/,
    ],
    ['a comment in a name', () => signed().replace('ann@corp', 'ann<!-- -->@corp'), token, /not plain XML/],
    ['a DTD', () => signed().replace('?>', '?><!DOCTYPE a [<!ENTITY b "c">]>'), token, /not plain XML/],
    ['what is not a response', () => '<a/>', token, /not a SAML response/],
    ['what is not XML', () => 'garbage', token, /./],
    ['another issuer', () => signed({ issuer: 'https://evil.example' }), token, /Issuer not present/],
    ['another audience', () => signed({ audience: 'https://app.example' }), token, /Audience/],
    ['another recipient', () => signed({ recipient: 'https://app.example' }), token, /Recipient/],
    ['a failed login', () => signed({ status: 'Responder' }), token, /status is not success/],
    ['no session name', () => signed({ sessionName: '' }), token, /RoleSessionName is required/],
    ['a session name with a space', () => signed({ sessionName: 'a b' }), token, /RoleSessionName/],
    ['no role', () => signed({ roles: [] }), 'AccessDenied', /^Not authorized to perform sts:AssumeRoleWithSAML$/],
    ['another role', () => signed({ roles: [`${roleArn}2,${providerArn}`] }), 'AccessDenied', /./],
    [
      'a redemption after 5 minutes',
      () => signed({ issuedAt: Date.now() - 5 * minute - 1000 }),
      'ExpiredTokenException',
      /^Token must be redeemed within 5 minutes of issuance$/,
    ],
    [
      'an assertion past its end',
      () => signed({ notOnOrAfter: Date.now() - 1000 }),
      'ExpiredTokenException',
      /expired/,
    ],
    ['an assertion of the future', () => signed({ notBefore: Date.now() + 6 * minute }), token, /not yet valid/],
  ])('%s', async (_name, make, code, message) => {
    expect(await refusalOf(assume(make()))).toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  it.each([
    ['without conditions', /<saml:Conditions[\s\S]*<\/saml:Conditions>/, '', /must have one Conditions/],
    ['without a subject', /<saml:Subject>[\s\S]*<\/saml:Subject>/, '', /must have one Subject/],
    ['that never ends', / NotOnOrAfter="[^"]*"/, '', /must have NotOnOrAfter/],
    ['with a time of no zone', /(NotBefore="[^"]*)Z"/, '$1"', /must be a time in UTC/],
    ['with a time in words', /NotBefore="[^"]*"/, 'NotBefore="today"', /must be a time in UTC/],
    ['for the holder of a key', 'cm:bearer', 'cm:holder-of-key', /confirmed as bearer/],
    [
      'with elements in its issuer',
      'metadata</saml:Issuer>\n    <saml:Subject',
      'metadata<x/></saml:Issuer>\n    <saml:Subject',
      /must hold text only/,
    ],
    ['with an attribute given twice', /(<saml:Attribute [\s\S]*?<\/saml:Attribute>)/, '$1$1', /given twice/],
    [
      'with a session duration in words',
      '</saml:AttributeStatement>',
      `${duration('long')}</saml:AttributeStatement>`,
      /SessionDuration/,
    ],
  ] as [string, RegExp | string, string, RegExp][])('a signed assertion %s', async (_name, part, other, message) => {
    const xml = formatResponse(Date.now())
    const changed = xml.replace(part, other)
    expect(changed).not.toBe(xml)
    const refusal = await refusalOf(assume(signResponse(changed, { key: idp.privateKey })))
    expect(refusal).toMatchObject({ code: token, message: expect.stringMatching(message) as string })
  })

  it.each([
    ['a role that trusts no provider', { RoleArn: 'arn:aws:iam::123456789012:role/untrusting' }, 'AccessDenied'],
    ['a provider that does not exist', { PrincipalArn: `${providerArn}2` }, 'AccessDenied'],
    [
      'the assertion of one provider for another',
      { PrincipalArn: providerArn.replace('/idp', '/other') },
      'InvalidIdentityTokenException',
    ],
    ['more time than the role allows', { DurationSeconds: 7201 }, 'ValidationError'],
  ])('%s', async (_name, input, code) => {
    expect((await refusalOf(assume(signed(), input))).code).toBe(code)
  })
})
