import { DescribeKeyCommand } from '@aws-sdk/client-kms'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type LocalAws, startLocalAws } from '../../src/index.js'
import { type Keys, keysOf } from '../support/clients.js'
import { codeOf, type SignedRequest, type SigningOptions, send, sign } from '../support/signed-request.js'

const clock = { now: Date.parse('2026-03-01T12:00:00Z') }
const minute = 60_000
let aws: LocalAws
let credentials: Keys
let session: Keys

beforeAll(async () => {
  aws = await startLocalAws({ now: () => clock.now, region: 'eu-west-1' })
})
beforeEach(() => {
  clock.now = Date.parse('2026-03-01T12:00:00Z')
  credentials = keysOf(aws)
  session = aws.issueSession({ user: 'alice', durationSeconds: 900 })
})
afterAll(() => aws.close())

interface Refusal {
  name: string
  /** The code of STS and of KMS. */
  codes: [sts: string, kms: string]
  options?: () => Partial<SigningOptions>
  tamper?: (request: SignedRequest) => void
  message?: RegExp
}

const mismatch: [string, string] = ['SignatureDoesNotMatch', 'InvalidSignatureException']
const incomplete: [string, string] = ['IncompleteSignature', 'IncompleteSignatureException']
const unknown: [string, string] = ['InvalidClientTokenId', 'UnrecognizedClientException']
const statuses: Record<string, number> = {
  SignatureDoesNotMatch: 403,
  InvalidClientTokenId: 403,
  ExpiredToken: 403,
  MissingAuthenticationToken: 403,
}

const authorization = (edit: (header: string) => string) => (request: SignedRequest) => {
  request.headers['authorization'] = edit(request.headers['authorization'] as string)
}
const flipLast = (text: string) => text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')

const refusals: Refusal[] = [
  {
    name: 'no signature',
    codes: ['MissingAuthenticationToken', 'MissingAuthenticationTokenException'],
    tamper: (request) => delete request.headers['authorization'],
  },
  { name: 'another scheme', codes: incomplete, tamper: authorization(() => 'Bearer abc') },
  {
    name: 'an unsupported algorithm',
    codes: incomplete,
    tamper: authorization((text) => text.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256')),
    message: /Unsupported AWS 'algorithm'/,
  },
  {
    name: 'no Credential',
    codes: incomplete,
    tamper: authorization((text) => text.replace(/Credential=[^,]*, /, '')),
    message: /'Credential'/,
  },
  {
    name: 'no SignedHeaders',
    codes: incomplete,
    tamper: authorization((text) => text.replace(/SignedHeaders=[^,]*, /, '')),
    message: /'SignedHeaders'/,
  },
  {
    name: 'no Signature',
    codes: incomplete,
    tamper: authorization((text) => text.replace(/, Signature=.*/, '')),
    message: /'Signature'/,
  },
  { name: 'a part given twice', codes: incomplete, tamper: authorization((text) => `${text}, Signature=00`) },
  { name: 'a part without equals sign', codes: incomplete, tamper: authorization((text) => `${text}, what`) },
  {
    name: 'two Authorization headers',
    codes: incomplete,
    tamper: (request) => {
      request.headers['Authorization'] = [request.headers['authorization'] as string, 'AWS4-HMAC-SHA256 x']
      delete request.headers['authorization']
    },
  },
  {
    name: 'a scope of four elements',
    codes: incomplete,
    tamper: authorization((text) => text.replace('/aws4_request', '')),
    message: /exactly 5/,
  },
  {
    name: 'another terminator',
    codes: mismatch,
    tamper: authorization((text) => text.replace('aws4_request', 'aws4_answer')),
    message: /terminator/,
  },
  { name: 'no X-Amz-Date', codes: incomplete, tamper: (request) => delete request.headers['x-amz-date'] },
  {
    name: 'a date in another form',
    codes: incomplete,
    tamper: (request) => {
      request.headers['x-amz-date'] = '2026-03-01T12:00:00Z'
    },
  },
  {
    name: 'a date that is none',
    codes: incomplete,
    tamper: (request) => {
      request.headers['x-amz-date'] = '20260230T120000Z'
    },
  },
  {
    name: 'a signature of 5 minutes and a second ago',
    codes: mismatch,
    options: () => ({ at: clock.now - 5 * minute - 1000 }),
    message:
      /^Signature expired: 20260301T115459Z is now earlier than 20260301T115500Z \(20260301T120000Z - 5 min\.\)$/,
  },
  {
    name: 'a signature of the future',
    codes: mismatch,
    options: () => ({ at: clock.now + 5 * minute + 1000 }),
    message: /^Signature not yet current: 20260301T120501Z is still later than/,
  },
  {
    name: 'a Host that is not signed',
    codes: mismatch,
    tamper: authorization((text) => text.replace(';host', '')),
    message: /'Host' or ':authority' must be a 'SignedHeader'/,
  },
  {
    name: 'a date that is not signed',
    codes: mismatch,
    tamper: authorization((text) => text.replace(';x-amz-date', '')),
    message: /'X-Amz-Date' must be/,
  },
  {
    name: 'an x-amz- header that is not signed',
    codes: mismatch,
    tamper: (request) => {
      request.headers['x-amz-extra'] = '1'
    },
    message: /'x-amz-extra' must be/,
  },
  {
    name: 'a signed header that was not sent',
    codes: mismatch,
    tamper: authorization((text) => text.replace(';host;', ';host;x-absent;')),
  },
  {
    name: 'signed headers out of order',
    codes: mismatch,
    tamper: authorization((text) => text.replace(/SignedHeaders=([^;]*);([^;]*);/, 'SignedHeaders=$2;$1;')),
  },
  {
    name: 'a region that is none',
    codes: mismatch,
    tamper: authorization((text) => text.replace('/eu-west-1/', '/nowhere/')),
    message: /valid region, not 'nowhere'/,
  },
  {
    name: 'another region than was signed',
    codes: mismatch,
    tamper: authorization((text) => text.replace('/eu-west-1/', '/eu-west-2/')),
  },
  {
    name: 'another service’s scope',
    codes: mismatch,
    tamper: authorization((text) => text.replace(/\/(sts|kms)\//, '/iam/')),
    message: /correct service/,
  },
  {
    name: 'another day in the scope',
    codes: mismatch,
    tamper: authorization((text) => text.replace('/20260301/', '/20260228/')),
    message: /'20260228' != '20260301'/,
  },
  {
    name: 'an unknown key',
    codes: unknown,
    options: () => ({ credentials: { ...credentials, accessKeyId: 'AKIAUNKNOWNUNKNOWN22' } }),
    message: /^The security token included in the request is invalid/,
  },
  {
    name: 'another secret',
    codes: mismatch,
    options: () => ({ credentials: { ...credentials, secretAccessKey: 'x'.repeat(40) } }),
    message: /^The request signature we calculated does not match/,
  },
  {
    name: 'a long-term key with a token',
    codes: unknown,
    options: () => ({ credentials: { ...credentials, sessionToken: session.sessionToken! } }),
  },
  {
    name: 'a temporary key without its token',
    codes: unknown,
    options: () => ({ credentials: { accessKeyId: session.accessKeyId, secretAccessKey: session.secretAccessKey } }),
  },
  {
    name: 'an altered token',
    codes: unknown,
    options: () => ({ credentials: { ...session, sessionToken: flipLast(session.sessionToken!) } }),
  },
  {
    name: 'another session’s token',
    codes: unknown,
    options: () => ({ credentials: { ...session, sessionToken: aws.issueSession({ user: 'alice' }).sessionToken } }),
  },
  {
    name: 'a token added after signing',
    codes: unknown,
    options: () => ({ credentials: { ...credentials } }),
    tamper: (request) => {
      request.headers['x-amz-security-token'] = session.sessionToken!
      authorization((text) => text.replace(';x-amz-date', ';x-amz-date;x-amz-security-token'))(request)
      if (request.headers['x-amz-target'])
        authorization((text) => text.replace('x-amz-security-token;x-amz-target', 'x-amz-security-token;x-amz-target'))(
          request,
        )
    },
  },
  { name: 'one byte of the signature', codes: mismatch, tamper: authorization(flipLast) },
  {
    name: 'a signature in capitals',
    codes: mismatch,
    tamper: authorization((text) =>
      text.replace(/Signature=.*/, (part) => part.toUpperCase().replace('SIGNATURE', 'Signature')),
    ),
  },
  { name: 'a signature cut short', codes: mismatch, tamper: authorization((text) => text.slice(0, -2)) },
  {
    name: 'one byte of the body',
    codes: mismatch,
    tamper: (request) => {
      request.body = Buffer.concat([
        Buffer.from(request.body),
        Buffer.from(request.headers['x-amz-target'] ? ' ' : '&x='),
      ])
      request.headers['content-length'] = String(request.body.length)
    },
  },
  {
    name: 'one byte of a signed header',
    codes: mismatch,
    tamper: (request) => {
      request.headers['content-type'] = `${request.headers['content-type'] as string};x`
    },
  },
  {
    name: 'a second value of a signed header',
    codes: mismatch,
    options: () => ({ headers: { 'x-amz-note': 'a' } }),
    tamper: (request) => {
      request.headers['x-amz-note'] = ['a', 'b']
    },
  },
  {
    name: 'a query that was not signed',
    codes: mismatch,
    tamper: (request) => {
      request.target = '/?x=1'
    },
  },
  {
    name: 'one byte of the query',
    codes: mismatch,
    options: () => ({ query: { note: 'ab' } }),
    tamper: (request) => {
      request.target = request.target.replace('ab', 'ac')
    },
  },
  {
    name: 'a query without what was signed',
    codes: mismatch,
    options: () => ({ query: { note: 'ab' } }),
    tamper: (request) => {
      request.target = '/'
    },
  },
  {
    name: 'another Host',
    codes: mismatch,
    tamper: (request) => {
      request.headers['host'] = 'other.example'
    },
  },
  {
    name: 'another port in the Host',
    codes: mismatch,
    tamper: (request) => {
      request.headers['host'] = '127.0.0.1:1'
    },
  },
  {
    name: 'a broken escape in the query',
    codes: ['MalformedQueryString', 'MalformedQueryString'],
    tamper: (request) => {
      request.target = '/?%zz'
    },
  },
  {
    name: 'an unsigned payload',
    codes: mismatch,
    options: () => ({ headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }),
  },
  {
    name: 'a payload hash of another body',
    codes: mismatch,
    options: () => ({
      headers: { 'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
    }),
  },
]

const commands = {
  sts: () => new GetCallerIdentityCommand(),
  kms: () => new DescribeKeyCommand({ KeyId: 'alias/iam-auth' }),
}

describe.each(['sts', 'kms'] as const)('%s refuses', (service) => {
  it.each(refusals)('$name', async ({ codes, options, tamper, message }) => {
    const request = await sign(aws, service, commands[service](), { credentials, at: clock.now, ...options?.() })
    tamper?.(request)
    aws.resetCalls()
    const answer = await send(aws, request)
    const code = codes[service === 'sts' ? 0 : 1]
    expect({ code: codeOf(answer), status: answer.status }).toEqual({
      code,
      status: code === 'MalformedQueryString' ? 404 : (statuses[code] ?? 400),
    })
    if (message) expect(textOf(answer.body)).toMatch(message)
    expect(aws.calls()).toMatchObject([{ service, errorCode: code, status: answer.status }])
    expect(aws.calls()[0]?.principalArn).toBeUndefined()
  })

  it('a session that has expired, from its last second on', async () => {
    const options = { credentials: session, at: clock.now }
    expect(codeOf(await send(aws, await sign(aws, service, commands[service](), options)))).toBe('ok')
    clock.now += 900_000 - 1000
    const last = await sign(aws, service, commands[service](), { ...options, at: clock.now })
    expect(codeOf(await send(aws, last))).toBe('ok')
    clock.now += 1000
    const late = await send(aws, await sign(aws, service, commands[service](), { ...options, at: clock.now }))
    expect(codeOf(late)).toBe(service === 'sts' ? 'ExpiredToken' : 'ExpiredTokenException')
    expect(textOf(late.body)).toBe('The security token included in the request is expired')
  })

  it('a deactivated key, until it is active again', async () => {
    const key = aws.state.user().accessKeys[0]!
    const request = await sign(aws, service, commands[service](), { credentials, at: clock.now })
    key.status = 'Inactive'
    expect(codeOf(await send(aws, request))).toBe(
      service === 'sts' ? 'InvalidClientTokenId' : 'UnrecognizedClientException',
    )
    key.status = 'Active'
    expect(codeOf(await send(aws, request))).toBe('ok')
  })
})

function textOf(body: string): string {
  const text = /<Message>([^<]*)/.exec(body)?.[1] ?? (JSON.parse(body) as { message: string }).message
  return text.replaceAll('&apos;', "'")
}
