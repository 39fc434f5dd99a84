import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type LocalAws, startLocalAws } from '../../src/index.js'
import { fromAnswer, keysOf, refusalOf, stsClient } from '../support/clients.js'

const clock = { now: Date.now() }
let aws: LocalAws
const serial = 'arn:aws:iam::123456789012:mfa/alice'

beforeAll(async () => {
  aws = await startLocalAws({ now: () => clock.now })
  aws.state.addUser({ name: 'bob', mfaDevices: [{}] })
})
// Every test has a 30-second step of its own, so that no code is used up by another.
beforeEach(() => {
  clock.now += 60_000
})
afterAll(() => aws.close())

function client(keys = keysOf(aws)) {
  const sts = stsClient(aws, keys)
  sts.config.systemClockOffset = clock.now - Date.now()
  return sts
}

describe('GetSessionToken', () => {
  it.each([
    [undefined, 43_200],
    [900, 900],
    [129_600, 129_600],
  ])('lasts as long as asked: %s is %d seconds', async (DurationSeconds, seconds) => {
    const { Credentials } = await client().send(new GetSessionTokenCommand({ DurationSeconds }))
    expect(Credentials?.Expiration?.getTime()).toBe(Math.floor(clock.now / 1000 + seconds) * 1000)
  })

  it.each([
    [
      899,
      /Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900/,
    ],
    [129_601, /less than or equal to 129600/],
    [-1, /greater than or equal to 900/],
  ])('does not last %d seconds', async (DurationSeconds, message) => {
    const refusal = await refusalOf(client().send(new GetSessionTokenCommand({ DurationSeconds })))
    expect(refusal).toEqual({ code: 'ValidationError', message: expect.stringMatching(message) as string, status: 400 })
  })

  it('gives the root user an hour at most', async () => {
    const rooted = await startLocalAws({
      seed: { accounts: [{ id: '111122223333', rootAccessKeys: [{}] }] },
      now: () => clock.now,
    })
    const sts = stsClient(rooted, rooted.state.account().rootAccessKeys[0]!)
    sts.config.systemClockOffset = clock.now - Date.now()
    const { Credentials } = await sts.send(new GetSessionTokenCommand())
    expect(Credentials?.Expiration?.getTime()).toBe(Math.floor(clock.now / 1000 + 3600) * 1000)
    await rooted.close()
  })

  it.each([
    ['a GetSessionToken session', () => aws.issueSession({ user: 'alice' })],
    ['a role', () => aws.issueSession({ role: 'developer' })],
    ['a federated user', () => aws.issueSession({ federatedUser: 'guest' })],
  ])('refuses %s', async (_name, keys) => {
    expect(await refusalOf(client(keys()).send(new GetSessionTokenCommand()))).toEqual({
      code: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
      status: 403,
    })
    expect((await refusalOf(client(keys()).send(new GetFederationTokenCommand({ Name: 'xy' })))).code).toBe(
      'AccessDenied',
    )
  })

  it('takes a code once', async () => {
    const input = { SerialNumber: serial, TokenCode: aws.totp(serial) }
    const { Credentials } = await client().send(new GetSessionTokenCommand(input))
    expect((await client(fromAnswer(Credentials)).send(new GetCallerIdentityCommand())).Arn).toContain('user/alice')
    expect(await refusalOf(client().send(new GetSessionTokenCommand(input)))).toEqual({
      code: 'AccessDenied',
      message: 'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
      status: 403,
    })
    clock.now += 30_000
    await client().send(new GetSessionTokenCommand({ ...input, TokenCode: aws.totp() }))
  })

  const wrongCode = () => String((Number(aws.totp()) + 1) % 1_000_000).padStart(6, '0')
  it.each([
    [
      'a wrong code',
      () => ({ SerialNumber: serial, TokenCode: wrongCode() }),
      'AccessDenied',
      /invalid MFA one time pass code/,
    ],
    ['a code without its device', () => ({ TokenCode: aws.totp() }), 'AccessDenied', /must provide both/],
    ['a device without a code', () => ({ SerialNumber: serial }), 'AccessDenied', /must provide both/],
    [
      'someone else’s device',
      () => ({
        SerialNumber: `${serial.replace('alice', 'bob')}`,
        TokenCode: aws.totp(serial.replace('alice', 'bob')),
      }),
      'AccessDenied',
      /unable to validate MFA code/,
    ],
    [
      'a device that does not exist',
      () => ({ SerialNumber: `${serial}2`, TokenCode: aws.totp() }),
      'AccessDenied',
      /unable to validate MFA code/,
    ],
    [
      'a code of five digits',
      () => ({ SerialNumber: serial, TokenCode: '12345' }),
      'ValidationError',
      /length greater than or equal to 6/,
    ],
    ['a code of letters', () => ({ SerialNumber: serial, TokenCode: 'abcdef' }), 'ValidationError', /pattern: /],
  ])('refuses %s', async (_name, input, code, message) => {
    const refusal = await refusalOf(client().send(new GetSessionTokenCommand(input())))
    expect(refusal).toMatchObject({ code, message: expect.stringMatching(message) as string })
  })
})

describe('GetFederationToken', () => {
  it('makes a federated user, who may call nothing of STS but GetCallerIdentity', async () => {
    const { Credentials, FederatedUser } = await client().send(new GetFederationTokenCommand({ Name: 'guest' }))
    expect(FederatedUser).toEqual({
      Arn: 'arn:aws:sts::123456789012:federated-user/guest',
      FederatedUserId: '123456789012:guest',
    })
    const guest = client(fromAnswer(Credentials))
    expect((await guest.send(new GetCallerIdentityCommand())).Arn).toBe(FederatedUser?.Arn)
    const input = { RoleArn: aws.state.role().arn, RoleSessionName: 'xy' }
    expect((await refusalOf(guest.send(new AssumeRoleCommand(input)))).code).toBe('AccessDenied')
  })

  it.each([
    [{ Name: 'x' }, 'ValidationError'],
    [{ Name: 'a b' }, 'ValidationError'],
    [{ Name: 'guest', DurationSeconds: 60 }, 'ValidationError'],
    [{ Name: 'guest', Policy: '{' }, 'MalformedPolicyDocumentException'],
    [{ Name: 'guest', Tags: [{ Key: 'a', Value: 'b' }] }, 'ValidationError'],
  ])('refuses %j', async (input, code) => {
    expect((await refusalOf(client().send(new GetFederationTokenCommand(input)))).code).toBe(code)
  })
})
