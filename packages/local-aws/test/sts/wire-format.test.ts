import { GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalAws, startLocalAws } from '../../src/index.js'
import { type Keys, keysOf } from '../support/clients.js'
import { codeOf, send, sign } from '../support/signed-request.js'

const now = Date.parse('2026-03-01T12:00:00.700Z')
let aws: LocalAws
let credentials: Keys

beforeAll(async () => {
  aws = await startLocalAws({ now: () => now })
  credentials = keysOf(aws)
})
afterAll(() => aws.close())

async function ask(command: object, accept?: string, keys = credentials) {
  const headers = accept ? { accept } : {}
  return send(aws, await sign(aws, 'sts', command, { credentials: keys, at: now, headers }))
}

const wrong = () => ({ ...credentials, secretAccessKey: 'x'.repeat(40) })

describe('an answer of STS', () => {
  it('is XML by default', async () => {
    const { status, headers, body } = await ask(new GetCallerIdentityCommand())
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/xml')
    expect(body).toBe(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::123456789012:user/alice</Arn>
    <UserId>${aws.state.user().userId}</UserId>
    <Account>123456789012</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>${headers['x-amzn-requestid'] as string}</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`,
    )
  })

  it('is JSON if the client accepts it', async () => {
    const { headers, body } = await ask(new GetCallerIdentityCommand(), 'application/json')
    expect(headers['content-type']).toBe('application/json')
    expect(JSON.parse(body)).toEqual({
      GetCallerIdentityResponse: {
        GetCallerIdentityResult: {
          Account: '123456789012',
          Arn: 'arn:aws:iam::123456789012:user/alice',
          UserId: aws.state.user().userId,
        },
        ResponseMetadata: { RequestId: headers['x-amzn-requestid'] },
      },
    })
  })

  it('refuses in XML by default', async () => {
    const { status, headers, body } = await ask(new GetCallerIdentityCommand(), undefined, wrong())
    expect(status).toBe(403)
    expect(body).toBe(
      `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>SignatureDoesNotMatch</Code>
    <Message>The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.</Message>
  </Error>
  <RequestId>${headers['x-amzn-requestid'] as string}</RequestId>
</ErrorResponse>
`,
    )
  })

  it('refuses in JSON if the client accepts it', async () => {
    const { headers, body } = await ask(new GetCallerIdentityCommand(), 'application/json', wrong())
    expect(JSON.parse(body)).toEqual({
      Error: {
        Code: 'SignatureDoesNotMatch',
        Message: expect.stringMatching(/^The request signature we calculated/) as string,
        Type: 'Sender',
      },
      RequestId: headers['x-amzn-requestid'],
    })
  })

  it('writes the expiration on a whole second: ISO 8601 in XML, seconds in JSON', async () => {
    const xml = await ask(new GetSessionTokenCommand({ DurationSeconds: 900 }))
    expect(xml.body).toContain('<Expiration>2026-03-01T12:15:00Z</Expiration>')
    const json = await ask(new GetSessionTokenCommand({ DurationSeconds: 900 }), 'application/json')
    const { Credentials } = JSON.parse(json.body).GetSessionTokenResponse.GetSessionTokenResult
    expect(Credentials.Expiration).toBe(Date.parse('2026-03-01T12:15:00Z') / 1000)
  })

  it('escapes what is not XML', async () => {
    const { body } = await send(aws, {
      method: 'GET',
      target: '/?Action=%3Cb%3E%26%22',
      headers: { host: 'x' },
      body: '',
    })
    expect(body).toContain('Could not find operation &lt;b&gt;&amp;&quot; for version NO_VERSION_SPECIFIED')
  })
})

describe('a request that STS can’t read', () => {
  const form = { host: 'x', 'content-type': 'application/x-www-form-urlencoded' }
  it.each([
    ['no action', 'GET', '/', {}, '', 'MissingAction'],
    ['an unknown action', 'GET', '/?Action=GetUser&Version=2011-06-15', {}, '', 'InvalidAction'],
    ['another version', 'GET', '/?Action=GetCallerIdentity&Version=2010-05-08', {}, '', 'InvalidAction'],
    ['a parameter given twice', 'POST', '/', form, 'Action=A&Action=B', 'MalformedQueryString'],
    ['a parameter in query and body', 'POST', '/?Action=A', form, 'Action=A', 'MalformedQueryString'],
    ['a body that is no form', 'POST', '/', { 'content-type': 'text/plain' }, 'Action=A', 'MissingAction'],
    ['a broken escape in the body', 'POST', '/', form, 'Action=%zz', 'MalformedInput'],
    ['another method', 'PUT', '/?Action=GetCallerIdentity&Version=2011-06-15', {}, '', 'UnknownOperationException'],
    ['another path', 'GET', '/x?Action=GetCallerIdentity&Version=2011-06-15', {}, '', 'UnknownOperationException'],
    [
      'an action without signature',
      'GET',
      '/?Action=GetCallerIdentity&Version=2011-06-15',
      {},
      '',
      'MissingAuthenticationToken',
    ],
  ])('for %s', async (_name, method, target, headers, body, code) => {
    expect(codeOf(await send(aws, { method, target, headers: { host: 'x', ...headers }, body }))).toBe(code)
  })

  it('because its body is too large is answered with 413', async () => {
    const answer = await send(aws, { method: 'POST', target: '/', headers: form, body: 'x'.repeat(1024 * 1024 + 1) })
    expect(answer.status).toBe(413)
  })
})
