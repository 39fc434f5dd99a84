import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalAws, startLocalAws } from '../../src/index.js'
import { keysOf, stsClient } from '../support/clients.js'

let aws: LocalAws

beforeAll(async () => {
  const deny = { Statement: { Effect: 'Deny', Action: '*', Resource: '*' } } as const
  aws = await startLocalAws({
    seed: {
      accounts: [
        {
          id: '111122223333',
          users: [{ name: 'ann', path: '/staff/it/', policies: [deny] }],
          roles: [{ name: 'ops', path: '/teams/ops/' }],
          rootAccessKeys: [{}],
        },
        { id: '444455556666', partition: 'aws-cn', users: [{ name: 'bo' }], roles: [{ name: 'dev' }] },
      ],
    },
  })
})
afterAll(() => aws.close())

async function whoIs(credentials: Parameters<typeof stsClient>[1]) {
  const { Account, Arn, UserId } = await stsClient(aws, credentials).send(new GetCallerIdentityCommand())
  return { Account, Arn, UserId }
}

describe('GetCallerIdentity names', () => {
  it('a user with its path, though a policy denies everything', async () => {
    expect(await whoIs(keysOf(aws, 'ann'))).toEqual({
      Account: '111122223333',
      Arn: 'arn:aws:iam::111122223333:user/staff/it/ann',
      UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/) as string,
    })
  })

  it('a role’s session without the role’s path', async () => {
    expect(await whoIs(aws.issueSession({ role: 'ops', sessionName: 'x@y' }))).toEqual({
      Account: '111122223333',
      Arn: 'arn:aws:sts::111122223333:assumed-role/ops/x@y',
      UserId: `${aws.state.role('ops').roleId}:x@y`,
    })
  })

  it('a person of Identity Center by the reserved role and the user name', async () => {
    const session = aws.issueSession({ permissionSet: 'Admin', userName: 'ann@corp.example' })
    const again = aws.issueSession({ permissionSet: 'Admin', userName: 'bo@corp.example' })
    const { Arn } = await whoIs(session)
    expect(Arn).toMatch(
      /^arn:aws:sts::111122223333:assumed-role\/AWSReservedSSO_Admin_[0-9a-f]{16}\/ann@corp\.example$/,
    )
    expect((await whoIs(again)).Arn?.split('/')[1]).toBe(Arn?.split('/')[1])
  })

  it('a federated user by the name that the caller chose', async () => {
    expect(await whoIs(aws.issueSession({ federatedUser: 'guest' }))).toEqual({
      Account: '111122223333',
      Arn: 'arn:aws:sts::111122223333:federated-user/guest',
      UserId: '111122223333:guest',
    })
  })

  it('the root user by the account', async () => {
    const key = aws.state.account().rootAccessKeys[0]!
    expect(await whoIs(key)).toEqual({
      Account: '111122223333',
      Arn: 'arn:aws:iam::111122223333:root',
      UserId: '111122223333',
    })
  })

  it('a user and a role of another account and partition', async () => {
    expect((await whoIs(keysOf(aws, 'bo', '444455556666'))).Arn).toBe('arn:aws-cn:iam::444455556666:user/bo')
    const session = aws.issueSession({ role: 'dev', accountId: '444455556666' })
    expect((await whoIs(session)).Arn).toBe('arn:aws-cn:sts::444455556666:assumed-role/dev/session')
  })
})

describe('a session token', () => {
  it('is as long as configured, and opaque', async () => {
    const long = await startLocalAws({ sessionTokenLength: 3000 })
    expect(long.issueSession({ user: 'alice' }).sessionToken).toMatch(/^[\w+/]{3000}$/)
    await long.close()
    expect(aws.issueSession({ user: 'ann' }).sessionToken).toHaveLength(640)
  })
})
