import { expect, test } from 'vitest'
import { explainAwsError } from '../../src/aws/errors.js'
import { howToFind, nameSource, renewalOf } from '../../src/aws/renewal.js'
import { Secret } from '../../src/secret.js'

test.each([
  [
    'Signature expired: 20260101T110000Z is now earlier than 20260101T111500Z (20260101T112000Z - 5 min.)',
    '20 minutes behind',
  ],
  [
    'Signature not yet current: 20260101T110000Z is still later than 20260101T090500Z (20260101T090000Z + 5 min.)',
    '2 hours ahead of',
  ],
])('says how far the clock is off: %s', (message, offset) => {
  const refusal = explainAwsError(Object.assign(new Error(message), { name: 'SignatureDoesNotMatch' }), 'sts:X')
  expect(refusal).toMatchObject({
    code: 'ERR_IAM_CLOCK_SKEW',
    message: `The clock of this machine is ${offset} that of AWS.`,
  })
})

test('without times it says that the clock is off', () => {
  const refusal = explainAwsError(new Error('Signature expired: yesterday'), 'sts:X')
  expect(refusal.message).toBe('The clock of this machine differs from that of AWS by minutes.')
})

test.each<[source: string, profile: string | undefined, name: string, command: RegExp]>([
  ['CREDENTIALS_PROFILE_SSO', 'dev', 'of profile dev', /\naws sso login --profile dev$/],
  ['CREDENTIALS_SSO_LEGACY', undefined, 'of the default chain', /\naws sso login$/],
  ['CREDENTIALS_PROFILE_SSO', "it's", "of profile it's", /--profile 'it'\\''s'$/],
  ['CREDENTIALS_PROFILE_PROCESS', 'dev', 'of profile dev', /credential_process.* of profile dev/],
  ['CREDENTIALS_ENV_VARS', undefined, 'of the environment variables', /AWS_ACCESS_KEY_ID.*start the proxy again/],
  ['CREDENTIALS_IMDS', undefined, 'of the role of this machine', /by itself/],
  ['CREDENTIALS_PROFILE', 'dev', 'of profile dev', /credentials file under profile dev/],
])('expired ones of %s, profile %s: the command that gets new ones from there', (source, profile, name, command) => {
  const features = { [source]: 'x' }
  expect(nameSource(features, profile)).toBe(name)
  const used = {
    accessKeyId: 'ASIA',
    secretAccessKey: new Secret('x'),
    sessionToken: new Secret('y'),
    expiresAt: undefined,
    origin: nameSource(features, profile),
    howToRenew: renewalOf(features, profile),
  }
  const refusal = explainAwsError(Object.assign(new Error(''), { name: 'ExpiredToken' }), 'sts:X', used)
  expect(refusal).toMatchObject({ code: 'ERR_IAM_CREDENTIALS_EXPIRED', hint: expect.stringMatching(command) })
  expect(refusal.message).toContain(name)
})

test.each([
  [
    'The SSO session associated with this profile has expired or is otherwise invalid.',
    'dev',
    /aws sso login --profile dev/,
  ],
  ['Could not resolve credentials using profile: [dev] in configuration/credentials file(s).', 'dev', /list-profiles/],
  ['Command failed: credential_process', 'dev', /run it by hand/],
])('none at all, because: %s', (message, profile, hint) => {
  expect(howToFind(message, profile)).toMatch(hint)
})
