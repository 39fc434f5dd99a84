import { describe, expect, it } from 'vitest'
import { logIn } from '../support/client.js'
import { send } from '../support/http.js'
import { startService } from '../support/service.js'

describe('a key that is not given as an ARN', () => {
  it.each(['alias/iam-auth', 'alias ARN', 'id'])('is resolved once: %s', async (given) => {
    const { startLocalAws } = await import('iam-auth-local-aws')
    const aws = await startLocalAws({ region: 'eu-west-1' })
    const key = aws.state.key()
    const names: Record<string, string> = { id: key.id, 'alias ARN': key.arn.replace(/key\/.*/, 'alias/iam-auth') }
    const service = await startService({ aws, kmsKeyId: names[given] ?? given, region: 'eu-west-1' })
    await send(service.url)
    const asked = service.calls()
    const { answer } = await logIn(service)
    expect([answer.status, asked]).toEqual([204, ['DescribeKey']])
    expect(service.calls()).toEqual(['Decrypt', 'GetCallerIdentity'])
    await service.close()
  })

  it('is 503 while DescribeKey fails, and asked again five seconds later', async () => {
    let isDown = true
    let calls = 0
    const arn = 'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000'
    const resolveKey = async () => {
      calls++
      if (isDown) throw new Error('timed out')
      return arn
    }
    const service = await startService({ kmsKeyId: 'alias/iam-auth', region: 'us-east-1', deps: { resolveKey } })
    const statuses = async () => (await Promise.all([send(service.url), send(service.url)])).map(({ status }) => status)
    expect([await statuses(), calls]).toEqual([[503, 503], 1])
    isDown = false
    expect([await statuses(), calls]).toEqual([[503, 503], 1])
    service.clock.advance(5)
    expect([await statuses(), calls]).toEqual([[401, 401], 2])
    expect(new Set(service.codes())).toEqual(new Set(['ERR_IAM_KEY_UNRESOLVED']))
    await service.close()
  })

  it('is 503 where what it names is no key', async () => {
    const service = await startService({
      kmsKeyId: 'alias/x',
      region: 'us-east-1',
      deps: { resolveKey: async () => '' },
    })
    const answer = await send(service.url)
    expect([answer.status, answer.headers['retry-after'], answer.headers['www-authenticate']]).toEqual([
      503,
      '5',
      undefined,
    ])
    await service.close()
  })
})
