import { parsePrincipalArn } from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { cachedSource } from '../../src/credentials/cached.js'
import { createCallerSource } from '../../src/credentials/caller.js'
import { Secret } from '../../src/secret.js'

function setUp(ownRegion = 'eu-west-1') {
  const asked: string[] = []
  let made = 0
  const source = cachedSource(
    async () => {
      made += 1
      const secretAccessKey = new Secret('s')
      return {
        accessKeyId: `AKIA${made}`,
        secretAccessKey,
        sessionToken: undefined,
        expiresAt: undefined,
        origin: 'test',
      }
    },
    () => 0,
  )
  const getCallerIdentity = async (_: unknown, region: string) => {
    asked.push(region)
    if (region === 'cn-north-1') throw new Error('no')
    return parsePrincipalArn('arn:aws:iam::123456789012:user/alice')
  }
  return { caller: createCallerSource(source, { getCallerIdentity }, ownRegion), asked }
}

describe('who the caller is', () => {
  it('is asked once, in the person’s own region, whatever regions the keys are in', async () => {
    const { caller, asked } = setUp()
    await Promise.all([caller('us-east-1'), caller('ap-south-1'), caller('eu-west-1')])
    expect(asked).toEqual(['eu-west-1'])
  })

  it('is asked in the key’s region where that is of another partition, and a failure there is nobody else’s', async () => {
    const { caller, asked } = setUp()
    const [foreign, own] = await Promise.allSettled([caller('cn-north-1'), caller('us-east-1')])
    expect([foreign.status, own.status]).toEqual(['rejected', 'fulfilled'])
    expect(asked).toEqual(['cn-north-1', 'eu-west-1'])
  })

  it('is asked again for other credentials', async () => {
    const { caller, asked } = setUp()
    const first = await caller('us-east-1')
    caller.forget()
    const second = await caller('us-east-1')
    expect([first.credentials.accessKeyId, second.credentials.accessKeyId]).toEqual(['AKIA1', 'AKIA2'])
    expect(asked).toHaveLength(2)
  })
})
