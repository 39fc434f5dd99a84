import { describe, expect, it } from 'vitest'
import { type IamAuthOptions, iamAuth, memoryStore } from '../../src/index.js'
import { type Environment, readEnvironment } from '../../src/options/environment.js'
import { resolveOptions } from '../../src/options/resolve-options.js'

const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555'
const ENV: Environment = {
  AWS_ACCOUNT_ID: '123456789012',
  KMS_KEY_ID: KEY,
  SECRET_KEY: 'a secret that is long enough',
}
const SECRETS = ['a secret that is long enough']

function problemsOf(options: object, env: Environment = ENV): string[] {
  try {
    resolveOptions({ secrets: SECRETS, ...options }, env)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as Error).message.split('\n').slice(1)
  }
}

describe('iamAuth() without options', () => {
  it('reads the environment', () => {
    const config = resolveOptions(
      {},
      { ...ENV, SECRET_KEY: 'the newest one, of 30 chars'.replaceAll(' ', '_').replace(',', '') },
    )
    expect(config).toMatchObject({
      realm: '123456789012',
      key: { arn: KEY, region: 'eu-west-1', partition: 'aws' },
      origin: undefined,
      protocols: [2],
      authPath: '/auth',
      logoutPath: '/auth/logout',
      sessionSeconds: 3600,
      stsRegions: ['eu-west-1'],
      rateLimit: { perSecond: 20, burst: 100 },
      totalRateLimit: { perSecond: 100, burst: 500 },
      maxConcurrentLogins: 16,
      endpoints: { kms: undefined, sts: undefined },
    })
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('reads every documented name', () => {
    const config = resolveOptions(
      {},
      {
        ...ENV,
        KMS_KEY_ID: 'alias/login',
        KMS_SALT: 'pepper',
        SECRET_KEY: 'newest-secret-of-25-chars, older-secret-of-24-chars\noldest-secret-24-chars-x',
        AWS_DEFAULT_REGION: 'eu-north-1',
        AWS_ENDPOINT_URL: 'http://localhost:1',
        AWS_ENDPOINT_URL_STS: 'http://localhost:2',
        IAM_AUTH_ORIGIN: 'https://wiki.example.com',
        IAM_AUTH_PROTOCOLS: '1,2',
        IAM_AUTH_SESSION_SECONDS: '600',
        IAM_AUTH_STS_REGIONS: 'eu-north-1,eu-west-1',
      },
    )
    expect(config).toMatchObject({
      key: { id: 'alias/login', arn: undefined, region: 'eu-north-1' },
      extraContext: { salt: 'pepper' },
      origin: 'https://wiki.example.com',
      protocols: [1, 2],
      sessionSeconds: 600,
      stsRegions: ['eu-north-1', 'eu-west-1'],
      endpoints: { kms: 'http://localhost:1', sts: 'http://localhost:2' },
    })
    expect(config.keys).toHaveLength(3)
  })

  it('prefers AWS_REGION, and an option to both', () => {
    const env = { ...ENV, KMS_KEY_ID: 'alias/login', AWS_REGION: 'eu-west-2', AWS_DEFAULT_REGION: 'eu-west-3' }
    expect(resolveOptions({}, { ...env, SECRET_KEY: 'a-secret-that-is-long-enough' }).key.region).toBe('eu-west-2')
    expect(resolveOptions({ region: 'eu-central-1', secrets: SECRETS }, env).key.region).toBe('eu-central-1')
  })

  it('takes an empty name for an absent one', () => {
    expect(readEnvironment({ KMS_SALT: '', AWS_REGION: 'eu-west-1', PATH: '/bin' })).toEqual({
      AWS_REGION: 'eu-west-1',
    })
  })

  it('names everything that is missing, at once', () => {
    expect(() => resolveOptions({}, {})).toThrow(
      new TypeError(
        'iamAuth() cannot start:\n- realm (AWS_ACCOUNT_ID): is missing\n- kmsKeyId (KMS_KEY_ID): is missing\n- secrets (SECRET_KEY): is missing: a random text of 32 characters or more, the same on every instance',
      ),
    )
  })
})

describe('an option', () => {
  it.each<[string, object, RegExp]>([
    ['realm', { realm: '12345678901' }, /realm \(AWS_ACCOUNT_ID\): not an account/],
    ['realm with a space', { realm: '123456789012 ' }, /realm/],
    ['key', { kmsKeyId: 'no key' }, /kmsKeyId \(KMS_KEY_ID\): not the ARN, id or alias/],
    ['key without a region', { kmsKeyId: 'alias/x' }, /needs the option region \(AWS_REGION\)/],
    ['key of a bad region', { kmsKeyId: 'alias/x', region: 'evil.example' }, /not an AWS region/],
    ['key of another partition than its region', { kmsKeyId: KEY.replace('aws', 'aws-cn') }, /kmsKeyId/],
    ['no secret', { secrets: [] }, /secrets \(SECRET_KEY\): is missing/],
    ['short secret', { secrets: ['a secret of this length', 'short'] }, /each secret has 16 characters or more$/],
    ['origin with a path', { origin: 'https://wiki.example.com/' }, /origin \(IAM_AUTH_ORIGIN\): .* is not an origin/],
    ['origin in capitals', { origin: 'https://Wiki.example.com' }, /origin/],
    ['origin with its default port', { origin: 'https://wiki.example.com:443' }, /origin/],
    ['origin of another scheme', { origin: 'ftp://wiki.example.com' }, /origin/],
    ['protocols: version 1 alone', { protocols: [1] }, /version 1 alone is not offered/],
    ['protocols: none', { protocols: [] }, /version 1 alone|2, or 1 and 2/],
    ['protocols: 3', { protocols: [2, 3] }, /2, or 1 and 2/],
    ['auth path', { authPath: '/a/../b' }, /authPath/],
    ['session', { sessionSeconds: 0 }, /sessionSeconds \(IAM_AUTH_SESSION_SECONDS\): it is a whole number/],
    ['long session', { sessionSeconds: 86_401 }, /sessionSeconds/],
    ['session in pieces', { sessionSeconds: 1.5 }, /sessionSeconds/],
    ['date', { sessionsNotBefore: new Date('x') }, /sessionsNotBefore: not a date/],
    [
      'region of another partition',
      { stsRegions: ['cn-north-1'] },
      /"cn-north-1" is not a region of the key's partition, aws/,
    ],
    ['region that is a host', { stsRegions: ['evil.example?'] }, /stsRegions/],
    ['no region', { stsRegions: [] }, /1 to 8 regions/],
    ['a region twice', { stsRegions: ['eu-west-1', 'eu-west-1'] }, /1 to 8 regions, none twice/],
    ['public path: everything', { publicPaths: ['/*'] }, /would make everything public/],
    ['public path: with a wildcard inside', { publicPaths: ['/a*b'] }, /publicPaths/],
    ['public path: relative', { publicPaths: ['a'] }, /publicPaths/],
    ['public path: dots', { publicPaths: ['/a/../b'] }, /publicPaths/],
    ['context: reserved', { encryptionContext: { 'IAM-Auth-x': '1' } }, /encryptionContext, salt \(KMS_SALT\)/],
    ['context: not a text', { encryptionContext: { a: 1 } }, /encryptionContext/],
    [
      'context: too many',
      { encryptionContext: Object.fromEntries(Array.from({ length: 13 }, (_, n) => [`n${n}`, 'x'])) },
      /encryptionContext/,
    ],
    ['salt', { salt: 'é' }, /KMS_SALT/],
    ['rate', { rateLimit: { perSecond: 0, burst: 1 } }, /rateLimit/],
    ['total rate', { totalRateLimit: { perSecond: 1, burst: 0 } }, /totalRateLimit/],
    ['number at a time', { maxConcurrentLogins: 0 }, /maxConcurrentLogins/],
    ['store', { store: { consume: () => true } }, /store: it has no function used/],
    ['logger', { logger: {} }, /logger: it has no function info, warn, error/],
    ['endpoint', { endpoints: { sts: 'localhost:1' } }, /endpoints \(AWS_ENDPOINT_URL\): not an http or https URL/],
    ['rule', { allow: { user: [] } }, /allow: unknown rule user/],
    ['trusted role', { trustedSessionNameRoles: ['*'] }, /trustedSessionNameRoles/],
    ['a name nobody knows', { sessionSecond: 60 }, /unknown option sessionSecond/],
  ])('that is wrong is a TypeError: %s', (_, options, problem) => {
    expect(problemsOf(options)).toEqual([expect.stringMatching(problem)])
  })

  it.each<[string, Environment]>([
    ['version 1 alone', { IAM_AUTH_PROTOCOLS: '1' }],
    ['words', { IAM_AUTH_PROTOCOLS: 'both' }],
    ['session', { IAM_AUTH_SESSION_SECONDS: 'an hour' }],
    ['endpoint', { AWS_ENDPOINT_URL: 'x' }],
  ])('that is wrong in the environment is too: %s', (_, env) => {
    expect(problemsOf({}, { ...ENV, ...env })).toHaveLength(1)
  })

  it('never prints a secret', () => {
    expect(problemsOf({ secrets: ['hush-hush'] }).join()).not.toContain('hush')
  })

  it('that is wrong ends the construction', () => {
    const options: IamAuthOptions = { realm: 'x', kmsKeyId: KEY, secrets: SECRETS, store: memoryStore() }
    expect(() => iamAuth(options)).toThrow(TypeError)
  })
})
