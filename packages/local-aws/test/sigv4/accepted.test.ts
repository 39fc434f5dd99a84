import { createServer } from 'node:http'
import { DescribeKeyCommand } from '@aws-sdk/client-kms'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalAws, startLocalAws } from '../../src/index.js'
import { computeSignature, deriveSigningKey, sha256Hex } from '../../src/sigv4/signature.js'
import { type Keys, keysOf } from '../support/clients.js'
import { codeOf, send, sign } from '../support/signed-request.js'

let aws: LocalAws
let credentials: Keys

beforeAll(async () => {
  aws = await startLocalAws({ region: 'eu-west-1' })
  credentials = keysOf(aws)
})
afterAll(() => aws.close())

const identity = () => new GetCallerIdentityCommand()

describe('the Host that was signed', () => {
  it.each([
    ['sts', 'sts.eu-west-1.amazonaws.com', 'eu-west-1'],
    ['sts', 'STS.EU-WEST-1.amazonaws.com', 'eu-west-1'],
    ['sts', 'sts-fips.us-east-1.amazonaws.com', 'us-east-1'],
    ['sts', 'sts.amazonaws.com', 'us-east-1'],
    ['sts', 'sts.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['sts', 'sts.eu-west-1.api.aws', 'eu-west-1'],
    ['kms', 'kms.eu-west-1.amazonaws.com', 'eu-west-1'],
    ['sts', 'aws.test:8443', 'ap-southeast-2'],
  ] as const)('may be that of %s at %s', async (service, host, region) => {
    const command = service === 'sts' ? identity() : new DescribeKeyCommand({ KeyId: 'alias/iam-auth' })
    const request = await sign(aws, service, command, {
      credentials,
      region,
      endpoint: `https://${host.toLowerCase()}`,
    })
    aws.resetCalls()
    expect(codeOf(await send(aws, request))).toBe('ok')
    expect(aws.calls()).toMatchObject([{ service, host: host.toLowerCase(), region }])
  })

  it.each([
    ['another region than the scope', 'sts', 'sts.us-east-1.amazonaws.com', 'eu-west-1', 'SignatureDoesNotMatch'],
    ['the global endpoint with a regional scope', 'sts', 'sts.amazonaws.com', 'eu-west-1', 'SignatureDoesNotMatch'],
    ['the endpoint of another service', 'sts', 's3.eu-west-1.amazonaws.com', 'eu-west-1', 'UnknownOperationException'],
    ['a name of Amazon’s that no endpoint has', 'sts', 'a.b.c.amazonaws.com', 'eu-west-1', 'UnknownOperationException'],
    [
      'the endpoint of KMS, asked for STS',
      'sts',
      'kms.eu-west-1.amazonaws.com',
      'eu-west-1',
      'UnknownOperationException',
    ],
    ['the endpoint of STS, asked for KMS', 'kms', 'sts.eu-west-1.amazonaws.com', 'eu-west-1', 'MissingAction'],
  ] as const)('is refused if it is %s', async (_name, service, host, region, code) => {
    const command = service === 'sts' ? identity() : new DescribeKeyCommand({ KeyId: 'alias/iam-auth' })
    const request = await sign(aws, service, command, { credentials, region, endpoint: `https://${host}` })
    expect(codeOf(await send(aws, request))).toBe(code)
  })
})

describe('headers', () => {
  it('may come unsigned unless they begin with x-amz-', async () => {
    const request = await sign(aws, 'sts', identity(), { credentials })
    Object.assign(request.headers, {
      'x-iam-auth-binding': 'anything',
      'x-amzn-trace-id': 'Root=1',
      accept: 'application/json',
    })
    expect(codeOf(await send(aws, request))).toBe('ok')
  })

  it('may be signed whatever their name', async () => {
    const headers = { 'x-iam-auth-binding': 'a  b', 'x-amz-note': '  spaced   out  ' }
    const request = await sign(aws, 'sts', identity(), { credentials, headers })
    expect(request.headers['authorization']).toContain('x-iam-auth-binding')
    expect(codeOf(await send(aws, request))).toBe('ok')
    expect(codeOf(await send(aws, { ...request, headers: { ...request.headers, 'x-iam-auth-binding': 'a b' } }))).toBe(
      'ok',
    )
    const other = { ...request, headers: { ...request.headers, 'x-iam-auth-binding': 'ab' } }
    expect(codeOf(await send(aws, other))).toBe('SignatureDoesNotMatch')
  })
})

describe('the clock', () => {
  it.each([-300, -1, 0, 1, 300])('may be off by %d seconds', async (seconds) => {
    const now = Date.parse('2026-03-01T12:00:00Z')
    const set = await startLocalAws({ now: () => now })
    const request = await sign(set, 'sts', identity(), { credentials: keysOf(set), at: now + seconds * 1000 })
    expect(codeOf(await send(set, request))).toBe('ok')
    await set.close()
  })

  it('is told to clients in the Date header, so that the SDK corrects its own', async () => {
    const past = await startLocalAws({ now: () => Date.parse('2020-01-01T00:00:00Z') })
    const { headers } = await send(past, await sign(past, 'sts', identity(), { credentials: keysOf(past) }))
    expect(headers['date']).toBe('Wed, 01 Jan 2020 00:00:00 GMT')
    await past.close()
  })
})

describe('a presigned URL', () => {
  const timestamp = (at: number) => `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`

  function presign(keys: Keys, at = Date.now()): string {
    const stamp = timestamp(at)
    const scope = { date: stamp.slice(0, 8), region: 'eu-west-1', service: 'sts' }
    const query = [
      'Action=GetCallerIdentity',
      'Version=2011-06-15',
      'X-Amz-Algorithm=AWS4-HMAC-SHA256',
      `X-Amz-Credential=${encodeURIComponent(`${keys.accessKeyId}/${scope.date}/eu-west-1/sts/aws4_request`)}`,
      `X-Amz-Date=${stamp}`,
      'X-Amz-Expires=60',
      ...(keys.sessionToken ? [`X-Amz-Security-Token=${encodeURIComponent(keys.sessionToken)}`] : []),
      'X-Amz-SignedHeaders=host',
    ].join('&')
    const canonical = `GET\n/\n${query}\nhost:sts.eu-west-1.amazonaws.com\n\nhost\n${sha256Hex(Buffer.alloc(0))}`
    return `/?${query}&X-Amz-Signature=${computeSignature(canonical, stamp, scope, deriveSigningKey(keys.secretAccessKey, scope))}`
  }

  const get = (target: string, headers: Record<string, string> = {}) =>
    send(aws, { method: 'GET', target, headers: { host: 'sts.eu-west-1.amazonaws.com', ...headers }, body: '' })

  it('says who signed it, with a session too', async () => {
    expect((await get(presign(credentials))).body).toContain('user/alice')
    expect((await get(presign(aws.issueSession({ role: 'developer', sessionName: 'me' })))).body).toContain(
      'developer/me',
    )
  })

  it('lasts 15 minutes, whatever it says itself', async () => {
    expect(codeOf(await get(presign(credentials, Date.now() - 14 * 60_000)))).toBe('ok')
    expect(codeOf(await get(presign(credentials, Date.now() - 16 * 60_000)))).toBe('SignatureDoesNotMatch')
  })

  it.each([
    ['a byte of it', (url: string) => url.replace('Expires=60', 'Expires=61'), 'SignatureDoesNotMatch'],
    ['a parameter given twice', (url: string) => `${url}&Action=GetCallerIdentity`, 'MalformedQueryString'],
    ['no date', (url: string) => url.replace(/X-Amz-Date=[^&]*&/, ''), 'IncompleteSignature'],
    ['another algorithm', (url: string) => url.replace('HMAC-SHA256', 'HMAC-SHA1'), 'IncompleteSignature'],
  ])('is refused with %s', async (_name, tamper, code) => {
    expect(codeOf(await get(tamper(presign(credentials))))).toBe(code)
  })

  it('is refused beside an Authorization header, and with an unsigned x-amz- header', async () => {
    expect(codeOf(await get(presign(credentials), { authorization: 'AWS4-HMAC-SHA256 x' }))).toBe('IncompleteSignature')
    expect(codeOf(await get(presign(credentials), { 'x-amz-note': '1' }))).toBe('SignatureDoesNotMatch')
  })
})

it('frees its port when closed, and drops connections', async () => {
  const closing = await startLocalAws()
  await send(closing, await sign(closing, 'sts', identity(), { credentials: keysOf(closing) }))
  await closing.close()
  const next = createServer()
  await new Promise<void>((resolve) => next.listen(closing.port, '127.0.0.1', resolve))
  next.close()
})
