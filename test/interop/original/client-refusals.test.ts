/** The original client's own 403s. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAws } from './aws.js'
import { challengeClient, context, type HeaderLine, noCall, oneOfEach, rawContext, salt } from './challenger.js'
import type { AwsOptions } from './client/session-token.js'

let aws: Awaited<ReturnType<typeof startAws>>

beforeAll(async () => {
  aws = await startAws()
})
afterAll(() => aws.close())

const realm = (): HeaderLine => ['WWW-Authenticate', `IAM realm="${aws.account}"`]
const keyId = (): HeaderLine => ['Iam-Auth-Kms-Key-Id', aws.kmsKeyArn]
const ask = (lines: HeaderLine[], overrides: Partial<AwsOptions> = {}) =>
  challengeClient({ ...aws, credentials: aws.user, ...overrides }, lines)

describe('the client refuses, without an AWS call,', () => {
  const prefix = 'Invalid auth headers returned by the server'
  const noKey = `${prefix}: Misssing KMS key ID`
  const noContext = `${prefix}: Missing KMS encryption context`
  const badContext = `${prefix}: Can't decode KMS encryption context`
  test.each<[string, string, () => HeaderLine[]]>([
    ['no key', noKey, () => [salt]],
    ['an empty key', noKey, () => [['Iam-Auth-Kms-Key-Id', ''], salt]],
    ['no context', noContext, () => [keyId()]],
    ['an empty context', noContext, () => [keyId(), rawContext('')]],
    ['a context that is not base64', badContext, () => [keyId(), rawContext('{"salt": "pepper"}')]],
    ['unpadded base64', badContext, () => [keyId(), rawContext('eyJhIjoiYmMifQ')]],
    ['base64url', badContext, () => [keyId(), rawContext('eyJhIjoi4L-_In0=')]],
    ['a context that is not JSON', badContext, () => [keyId(), context('salt')]],
    ['an array', badContext, () => [keyId(), context('["a"]')]],
    ['a number', badContext, () => [keyId(), context('1')]],
    ['a number as a value', badContext, () => [keyId(), context('{"a":1}')]],
    ['a nested object', badContext, () => [keyId(), context('{"a":{"b":"c"}}')]],
    ['junk after the JSON', badContext, () => [keyId(), context('{"a":"b"}x')]],
  ])('%s', async (_, text, lines) => {
    const { hop, calls } = await ask([realm(), ...lines()])
    expect(hop).toMatchObject({ status: 403, body: text, headers: { 'content-type': 'text/plain' } })
    expect(calls).toEqual(noCall)
  })
})

describe('the client refuses, as far as AWS lets it get,', () => {
  test('another realm', async () => {
    const { hop, calls } = await ask([['WWW-Authenticate', 'IAM realm="<b>"'], keyId(), salt])
    expect(hop).toMatchObject({ status: 403 })
    expect(hop.body).toBe('The IAM identity does not match the server realm (expected: <b>)')
    expect(calls).toEqual({ ...noCall, GetCallerIdentity: 1 })
  })

  test('credentials AWS does not know', async () => {
    const credentials = { ...aws.user, secretAccessKey: 'wrong' }
    const { hop, calls } = await ask([realm(), keyId(), salt], { credentials })
    expect(hop).toMatchObject({ status: 403, body: 'Could not fetch IAM identity to authenticate' })
    expect(calls).toEqual({ ...noCall, GetCallerIdentity: 1 })
  })

  test.each([
    ['a role', { role: 'developer' }],
    ['a session of the user', { user: 'alice' }],
  ])('temporary credentials: %s', async (_, subject) => {
    const credentials = aws.local.issueSession(subject)
    const { hop, calls } = await ask([realm(), keyId(), salt], { credentials })
    expect(hop).toMatchObject({ status: 403, body: 'Could not get a session token' })
    expect(calls).toEqual({ ...oneOfEach, Encrypt: 0 })
  })

  test('a key that does not exist', async () => {
    const unknown = aws.kmsKeyArn.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000')
    const { hop, calls } = await ask([realm(), ['Iam-Auth-Kms-Key-Id', unknown], salt])
    expect(hop).toMatchObject({ status: 403, body: 'Could not get encrypt token' })
    expect(calls).toEqual(oneOfEach)
  })

  test('a key of another region than its own', async () => {
    const { hop, calls } = await ask([realm(), keyId(), salt], { region: 'us-east-1' })
    expect(hop).toMatchObject({ status: 403, body: 'Could not get encrypt token' })
    expect(calls).toEqual(oneOfEach)
  })
})
