import { readFile } from 'node:fs/promises'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { type Seed, startLocalAws } from '../../src/index.js'
import { keysOf, stsClient } from '../support/clients.js'

const problemsOf = async (seed: unknown, more: object = {}) => {
  const started = await startLocalAws({ seed: seed as Seed, ...more }).catch((error: unknown) => error)
  expect(started).toBeInstanceOf(TypeError)
  return (started as TypeError).message.split('\n')
}

describe('a seed', () => {
  it('names keys, so that they are the same at every start', async () => {
    const accessKeys = [{ accessKeyId: 'AKIAABCDEFGHIJKLMNOP', secretAccessKey: 'not-a-secret-anywhere-0123456789' }]
    const id = '12345678-1234-1234-1234-123456789012'
    const seed: Seed = {
      accounts: [{ id: '111122223333', users: [{ name: 'ann', accessKeys }], keys: [{ id, region: 'eu-west-1' }] }],
    }
    const aws = await startLocalAws({ seed, region: 'eu-west-1' })
    expect((await stsClient(aws, accessKeys[0]!).send(new GetCallerIdentityCommand())).Arn).toContain('user/ann')
    expect(aws.state.key().arn).toBe(`arn:aws:kms:eu-west-1:111122223333:key/${id}`)
    await aws.close()
  })

  it('of the README is one', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
    const seed = /\{\n {2}"accounts"[\s\S]*?\n\}\n/.exec(readme)?.[0] ?? ''
    const aws = await startLocalAws({ seed: JSON.parse(seed) as Seed })
    expect(aws.state.user('ann').arn).toBe('arn:aws:iam::123456789012:user/staff/ann')
    await aws.close()
  })

  it('that is empty, or leaves a list of the default account out, gets the defaults', async () => {
    const aws = await startLocalAws({ seed: { accounts: [{ id: '111122223333' }, { id: '444455556666' }] } })
    expect([...aws.state.account().users.keys()]).toEqual(['alice', 'server'])
    expect([...aws.state.account().roles.keys()]).toEqual(['developer'])
    expect(aws.state.key('alias/iam-auth').accountId).toBe('111122223333')
    expect(aws.state.account('444455556666').users.size).toBe(0)
    await aws.close()
  })

  it('is random where it says nothing', async () => {
    const [one, two] = await Promise.all([startLocalAws(), startLocalAws()])
    expect(keysOf(one)).not.toEqual(keysOf(two))
    expect(one.state.key().id).not.toBe(two.state.key().id)
    expect(keysOf(one)).toEqual({
      accessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/) as string,
      secretAccessKey: expect.stringMatching(/^[\w+/]{40}$/) as string,
    })
    await Promise.all([one.close(), two.close()])
  })

  it('that is wrong is refused with every problem at once', async () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'allow', NotAction: 'x', Condition: { DateLessThan: {} } }],
    }
    const seed = {
      account: [],
      accounts: [
        { id: '12', users: [{ name: 'a b', mfaDevices: [{ secret: '1' }], policies: [policy] }, {}] },
        { id: '111122223333', keys: [{ aliases: ['iam-auth'], region: 'moon' }], roles: 'all' },
        7,
      ],
    }
    expect(await problemsOf(seed)).toEqual([
      'seed.account: is not known',
      'seed.accounts[0].id: must be twelve digits',
      'seed.accounts[0].users[0].name: must be a name of 1 to 64 letters, digits and _+=,.@-',
      'seed.accounts[0].users[0].mfaDevices[0].secret: must be base32 of 16 characters or more',
      'seed.accounts[0].users[0].policies[0]: Statement[0]: NotAction is not modelled',
      'seed.accounts[0].users[0].policies[0]: Statement[0].Effect: must be Allow or Deny',
      'seed.accounts[0].users[0].policies[0]: Statement[0].Action: must be one or more actions',
      'seed.accounts[0].users[0].policies[0]: Statement[0].Condition.DateLessThan: is not modelled',
      'seed.accounts[0].users[1].name: is missing',
      'seed.accounts[1].keys[0].aliases[0]: must be alias/ and a name',
      'seed.accounts[1].keys[0].region: must be a region such as eu-west-1',
      'seed.accounts[1].roles: must be a list',
      'seed.accounts[2]: must be an object',
    ])
  })

  const id = '111122223333'
  const accessKeys = [{ accessKeyId: 'AKIAABCDEFGHIJKLMNOP' }]
  it.each([
    ['an account', { accounts: [{ id }, { id }] }, 'the account 111122223333 is given twice'],
    [
      'a user',
      { accounts: [{ id, users: [{ name: 'a' }, { name: 'a' }] }] },
      'the user a exists already in 111122223333',
    ],
    [
      'a role',
      { accounts: [{ id, roles: [{ name: 'a' }, { name: 'a' }] }] },
      'the role a exists already in 111122223333',
    ],
    [
      'an access key',
      {
        accounts: [
          {
            id,
            users: [
              { name: 'a', accessKeys },
              { name: 'b', accessKeys },
            ],
          },
        ],
      },
      'the access key id AKIAABCDEFGHIJKLMNOP is given twice',
    ],
  ])('can’t name %s twice', async (_name, seed, message) => {
    expect(await problemsOf(seed)).toEqual([message])
  })
})

describe('options', () => {
  it('that are wrong are refused with every problem at once', async () => {
    const wrong = { port: 70_000, region: 'here', account: '1', now: 5, sessionTokenLength: 1, callLimit: -1 }
    expect(await problemsOf({}, wrong)).toEqual([
      'port: must be 0 to 65535',
      'region: must be a region such as eu-west-1',
      'account: must be twelve digits',
      'now: must be a function',
      'sessionTokenLength: must be 64 to 8192',
      'callLimit: must be 0 to 10000000',
    ])
  })
})

describe('a handle on what is not there', () => {
  it('says what is', async () => {
    const aws = await startLocalAws()
    const { state } = aws
    expect(() => state.user('eve')).toThrow('there is no user eve; there are: alice, server')
    expect(() => state.account('000000000000')).toThrow('there is no account 000000000000; there are: 123456789012')
    expect(() => state.key('alias/none')).toThrow(/^there is no key alias\/none; there are: arn:aws:kms:/)
    expect(() => state.role('none')).toThrow('there is no role none; there are: developer')
    expect(() => aws.totp('arn:aws:iam::123456789012:mfa/none')).toThrow(/there is no MFA device/)
    expect(() => state.addUser({ name: 'a b' })).toThrow(/users\[0\]\.name: must be a name/)
    expect(() => state.addUser({ name: 'alice' })).toThrow('the user alice exists already')
    expect(() => aws.issueSession({ role: 'none' })).toThrow(TypeError)
    await aws.close()
  })
})
