/** Which 401s the original client takes for a challenge. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAws } from './aws.js'
import { challengeClient, context, type HeaderLine, noCall, oneOfEach, rawContext, salt } from './challenger.js'

let aws: Awaited<ReturnType<typeof startAws>>

beforeAll(async () => {
  aws = await startAws()
})
afterAll(() => aws.close())

const realm = (): HeaderLine => ['WWW-Authenticate', `IAM realm="${aws.account}"`]
const keyId = (): HeaderLine => ['Iam-Auth-Kms-Key-Id', aws.kmsKeyArn]
const ask = (lines: HeaderLine[]) => challengeClient({ ...aws, credentials: aws.user }, lines)

describe('a 401 is passed through when its challenge', () => {
  test.each([
    ['has another case', 'iam realm="123456789012"'],
    ['has another case in realm', 'IAM Realm="123456789012"'],
    ['is unquoted', 'IAM realm=123456789012'],
    ['has two spaces', 'IAM  realm="123456789012"'],
    ['has spaces round the equals sign', 'IAM realm = "123456789012"'],
    ['has a parameter before realm', 'IAM v="2", realm="123456789012"'],
    ['has an empty realm', 'IAM realm=""'],
    ['is of another scheme', 'Basic realm="123456789012"'],
  ])('%s', async (_, challenge) => {
    const { hop, calls } = await ask([['WWW-Authenticate', challenge], keyId(), salt])
    expect(hop).toMatchObject({ status: 401, body: 'go away', headers: { 'www-authenticate': challenge } })
    expect(calls).toEqual(noCall)
  })

  test.each([
    ['first', () => [realm(), ['WWW-Authenticate', 'Basic realm="x"']]],
    ['second', () => [['WWW-Authenticate', 'Basic realm="x"'], realm()]],
  ])('is the %s of two lines', async (_, lines) => {
    const { hop, calls } = await ask([...(lines() as HeaderLine[]), keyId(), salt])
    expect(hop).toMatchObject({ status: 401, body: 'go away' })
    expect(calls).toEqual(noCall)
  })
})

describe('a challenge is answered when', () => {
  const challenge = (text: string) => (): HeaderLine[] => [
    ['WWW-Authenticate', text.replace('*', aws.account)],
    keyId(),
    salt,
  ]
  test.each<[string, () => HeaderLine[]]>([
    ['parameters follow the realm', challenge('IAM realm="*", v="2", origin="http://a"')],
    ['another scheme is on the same line', challenge('Basic realm="x", IAM realm="*"')],
    ['it is embedded in a longer word', challenge('x-IAM realm="*"')],
    ['the context is null', () => [realm(), keyId(), context('null')]],
    ['the context is empty', () => [realm(), keyId(), context('{}')]],
    ['a value is null', () => [realm(), keyId(), context('{"a":null}')]],
    ['a name comes twice', () => [realm(), keyId(), context('{"a":"b","a":"c"}')]],
    ['junk follows the base64', () => [realm(), keyId(), rawContext(`${salt[1]}!!`)]],
    [
      'other lines follow the first of its kind',
      () => [realm(), keyId(), salt, ['Iam-Auth-Kms-Key-Id', 'x'], rawContext('x')],
    ],
  ])('%s', async (_, lines) => {
    const { hop, calls } = await ask(lines())
    expect(hop.status).toBe(302)
    expect(calls).toEqual(oneOfEach)
  })

  test('it comes with other headers, which are dropped', async () => {
    const { hop } = await ask([realm(), keyId(), salt, ['Set-Cookie', 'a=b'], ['X-Other', 'c']])
    expect(Object.keys(hop.headers).sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'date',
      'location',
    ])
  })
})
