import { DescribeKeyCommand } from '@aws-sdk/client-kms'
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Fault, type LocalAws, startLocalAws } from '../../src/index.js'
import { keysOf, kmsClient, refusalOf, stsClient } from '../support/clients.js'

let aws: LocalAws

beforeAll(async () => {
  aws = await startLocalAws()
})
afterEach(() => {
  aws.clearFaults()
  aws.resetCalls()
})
afterAll(() => aws.close())

const whoAmI = () => stsClient(aws, keysOf(aws)).send(new GetCallerIdentityCommand())
const describeKey = () => kmsClient(aws, keysOf(aws)).send(new DescribeKeyCommand({ KeyId: 'alias/iam-auth' }))

describe('a fault', () => {
  it.each([
    [{ kind: 'throttle' }, 'Throttling', 400, 'ThrottlingException'],
    [{ kind: 'error' }, 'InternalFailure', 500, 'KMSInternalException'],
    [{ kind: 'error', status: 503, code: 'ServiceUnavailable' }, 'ServiceUnavailable', 503, 'ServiceUnavailable'],
  ] as [Fault, string, number, string][])(
    '%j makes both services refuse in their own words',
    async (fault, stsCode, status, kmsCode) => {
      aws.fault(fault)
      expect(await refusalOf(whoAmI())).toMatchObject({ code: stsCode, status })
      expect(await refusalOf(describeKey())).toMatchObject({ code: kmsCode, status })
      expect(aws.calls()).toMatchObject([
        { fault: fault.kind, errorCode: stsCode },
        { fault: fault.kind, errorCode: kmsCode },
      ])
    },
  )

  it('drop closes the connection without an answer', async () => {
    aws.fault({ kind: 'drop' })
    expect((await refusalOf(whoAmI())).message).toMatch(/socket hang up|ECONNRESET/)
    expect(aws.calls()[0]).toMatchObject({ fault: 'drop' })
    expect(aws.calls()[0]?.status).toBeUndefined()
  })

  it('garbage is an answer that no client can read', async () => {
    aws.fault({ kind: 'garbage' })
    await expect(describeKey()).rejects.toThrow()
    aws.clearFaults()
    aws.fault({ kind: 'garbage', status: 502, body: '<html>Bad gateway</html>' })
    expect((await refusalOf(whoAmI())).status).toBe(502)
  })

  it('delay holds the answer back until a promise settles', async () => {
    let release = () => {}
    aws.fault({
      kind: 'delay',
      until: new Promise<void>((resolve) => {
        release = resolve
      }),
    })
    const waiting = whoAmI()
    await expect.poll(() => aws.calls().length).toBe(1)
    expect(aws.calls()[0]?.status).toBeUndefined()
    release()
    expect((await waiting).Account).toBe('123456789012')
    expect(aws.calls()[0]).toMatchObject({ status: 200, fault: 'delay' })
  })

  it('delay waits for so many milliseconds', async () => {
    aws.fault({ kind: 'delay', milliseconds: 30 })
    const start = performance.now()
    await whoAmI()
    expect(performance.now() - start).toBeGreaterThanOrEqual(29)
  })

  it('strikes the service and the action it names, as often as it says, and can be taken back', async () => {
    aws.fault({ kind: 'throttle', service: 'sts', action: 'GetCallerIdentity', times: 2 })
    await describeKey()
    await stsClient(aws, keysOf(aws)).send(new GetSessionTokenCommand())
    expect((await refusalOf(whoAmI())).code).toBe('Throttling')
    expect((await refusalOf(whoAmI())).code).toBe('Throttling')
    await whoAmI()
    const takeBack = aws.fault({ kind: 'throttle' })
    takeBack()
    await whoAmI()
  })

  it('is survived by the SDK’s own retries', async () => {
    aws.fault({ kind: 'throttle', times: 1 })
    const { endpoint, region } = aws
    const sts = new STSClient({ endpoint, region, credentials: keysOf(aws), maxAttempts: 3 })
    await sts.send(new GetCallerIdentityCommand())
    expect(aws.calls().map(({ status }) => status)).toEqual([400, 200])
  })
})

describe('the record of calls', () => {
  it('says who asked what, where and with which answer', async () => {
    await whoAmI()
    await describeKey()
    expect(aws.calls()).toEqual([
      {
        service: 'sts',
        action: 'GetCallerIdentity',
        host: `127.0.0.1:${aws.port}`,
        at: expect.any(Number) as number,
        sourcePort: expect.any(Number) as number,
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        accessKeyId: keysOf(aws).accessKeyId,
        principalArn: 'arn:aws:iam::123456789012:user/alice',
        region: 'us-east-1',
        status: 200,
      },
      expect.objectContaining({ service: 'kms', action: 'DescribeKey', status: 200 }) as object,
    ])
  })

  it('shows that a client keeps its connection, and forgets on demand', async () => {
    const sts = stsClient(aws, keysOf(aws))
    for (let count = 0; count < 3; count++) await sts.send(new GetCallerIdentityCommand())
    expect(new Set(aws.calls().map(({ sourcePort }) => sourcePort)).size).toBe(1)
    aws.resetCalls()
    expect(aws.calls()).toEqual([])
  })

  it('keeps the last ones only, as many as it was told', async () => {
    const small = await startLocalAws({ callLimit: 2 })
    const sts = stsClient(small, keysOf(small))
    for (let count = 0; count < 7; count++) await sts.send(new GetCallerIdentityCommand())
    expect(small.calls()).toHaveLength(2)
    await small.close()
  })
})
