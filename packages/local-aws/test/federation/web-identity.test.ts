import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalAws, startLocalAws } from '../../src/index.js'
import { fromAnswer, refusalOf, stsClient } from '../support/clients.js'

const issuer = 'https://login.example.com/realm'
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwk = (key: KeyObject, kid: string) => ({ ...(key.export({ format: 'jwk' }) as Record<string, unknown>), kid })
const seconds = () => Math.floor(Date.now() / 1000)
let aws: LocalAws

beforeAll(async () => {
  const providerArn = 'arn:aws:iam::123456789012:oidc-provider/login.example.com/realm'
  const Condition = { StringEquals: { 'login.example.com/realm:aud': 'app', 'login.example.com/realm:sub': 'ann' } }
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: providerArn },
    Action: 'sts:AssumeRoleWithWebIdentity',
  } as const
  aws = await startLocalAws({
    seed: {
      accounts: [
        {
          id: '123456789012',
          oidcProviders: [
            {
              issuer,
              clientIds: ['app', 'other'],
              jwks: { keys: [jwk(rsa.publicKey, 'r1'), jwk(ec.publicKey, 'e1')] },
            },
          ],
          roles: [
            { name: 'web', maxSessionSeconds: 7200, trustPolicy: { Statement: { ...statement, Condition } } },
            { name: 'closed' },
          ],
        },
      ],
    },
  })
})
afterAll(() => aws.close())

interface Parts {
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
  key?: KeyObject
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function token({ header = {}, claims = {}, key = rsa.privateKey }: Parts = {}): string {
  const whole = { iss: issuer, aud: 'app', sub: 'ann', iat: seconds(), exp: seconds() + 300, ...claims }
  const text = `${part({ alg: 'RS256', kid: 'r1', ...header })}.${part(whole)}`
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

// No credentials: the call is not signed.
const anonymous = () => new STSClient({ endpoint: aws.endpoint, region: 'us-east-1', maxAttempts: 1 })

function assume(WebIdentityToken: string, role = 'web', DurationSeconds?: number) {
  const RoleArn = `arn:aws:iam::123456789012:role/${role}`
  return anonymous().send(
    new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'ann', WebIdentityToken, DurationSeconds }),
  )
}

describe('AssumeRoleWithWebIdentity', () => {
  it.each([
    ['RS256', {}],
    ['ES256', { header: { alg: 'ES256', kid: 'e1' }, key: ec.privateKey }],
    ['several audiences', { claims: { aud: ['else', 'app'] } }],
    ['a key found without its id', { header: { kid: undefined } }],
  ] as [string, Parts][])('takes a token with %s', async (_name, parts) => {
    const answer = await assume(token(parts))
    expect(answer).toMatchObject({ SubjectFromWebIdentityToken: 'ann', Audience: 'app' })
    const identity = await stsClient(aws, fromAnswer(answer.Credentials)).send(new GetCallerIdentityCommand())
    expect(identity.Arn).toBe('arn:aws:sts::123456789012:assumed-role/web/ann')
  })

  const altered = (text: string) => {
    const [header = '', claims = '', signature = ''] = text.split('.')
    const changed = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), sub: 'root' }
    return `${header}.${part(changed)}.${signature}`
  }
  it.each([
    [
      'of an unknown issuer',
      () => token({ claims: { iss: 'https://evil.example' } }),
      'InvalidIdentityTokenException',
      /No OpenIDConnect provider found/,
    ],
    ['without an issuer', () => token({ claims: { iss: undefined } }), 'InvalidIdentityTokenException', /issuer/],
    [
      'signed by another',
      () => token({ key: stranger.privateKey }),
      'InvalidIdentityTokenException',
      /not signed by its issuer/,
    ],
    ['with altered claims', () => altered(token()), 'InvalidIdentityTokenException', /not signed by its issuer/],
    [
      'with an unknown key id',
      () => token({ header: { kid: 'r2' } }),
      'InvalidIdentityTokenException',
      /verification key/,
    ],
    ['with alg none', () => token({ header: { alg: 'none' } }), 'InvalidIdentityTokenException', /RS256 or ES256/],
    [
      'with the public key as an HMAC secret',
      () => token({ header: { alg: 'HS256' } }),
      'InvalidIdentityTokenException',
      /RS256 or ES256/,
    ],
    [
      'with the algorithm of another key',
      () => token({ header: { alg: 'ES256' } }),
      'InvalidIdentityTokenException',
      /verification key/,
    ],
    [
      'with critical headers',
      () => token({ header: { crit: ['b64'], b64: false } }),
      'InvalidIdentityTokenException',
      /critical/,
    ],
    ['for another audience', () => token({ claims: { aud: 'else' } }), 'InvalidIdentityTokenException', /audience/],
    [
      'for another authorized party',
      () => token({ claims: { azp: 'else' } }),
      'InvalidIdentityTokenException',
      /audience/,
    ],
    ['that has expired', () => token({ claims: { exp: seconds() - 1 } }), 'ExpiredTokenException', /^Token expired/],
    ['that never expires', () => token({ claims: { exp: undefined } }), 'InvalidIdentityTokenException', /exp/],
    [
      'of the future',
      () => token({ claims: { iat: seconds() + 600 } }),
      'InvalidIdentityTokenException',
      /not yet valid/,
    ],
    ['without a subject', () => token({ claims: { sub: undefined } }), 'InvalidIdentityTokenException', /subject/],
    ['that is none', () => 'garbage', 'InvalidIdentityTokenException', /./],
    ['of two parts', () => token().split('.').slice(0, 2).join('.'), 'InvalidIdentityTokenException', /JWT/],
    [
      'for a subject that the role does not trust',
      () => token({ claims: { sub: 'bob' } }),
      'AccessDenied',
      /^Not authorized to perform sts:AssumeRoleWithWebIdentity$/,
    ],
    [
      'for an audience that the role does not trust',
      () => token({ claims: { aud: 'other' } }),
      'AccessDenied',
      /^Not authorized/,
    ],
  ])('refuses a token %s', async (_name, make, code, message) => {
    expect(await refusalOf(assume(make()))).toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  it('refuses a role that trusts nobody of the kind, and one that does not exist', async () => {
    expect((await refusalOf(assume(token(), 'closed'))).code).toBe('AccessDenied')
    expect((await refusalOf(assume(token(), 'none'))).code).toBe('AccessDenied')
  })

  it('keeps to the role’s limit of time', async () => {
    expect((await refusalOf(assume(token(), 'web', 7201))).message).toMatch(/MaxSessionDuration/)
    const { Credentials } = await assume(token(), 'web', 7200)
    expect(Credentials!.Expiration!.getTime()).toBeGreaterThan(Date.now() + 7_190_000)
  })
})
