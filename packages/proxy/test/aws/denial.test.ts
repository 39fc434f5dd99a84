import { parseKeyArn } from 'iam-auth-protocol'
import { expect, test } from 'vitest'
import { explainDenial } from '../../src/aws/denial.js'
import { Secret } from '../../src/secret.js'

const ARN = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555'
const ALICE = 'arn:aws:sts::123456789012:assumed-role/dev/alice@example.com'
const ORIGIN = { 'kms:EncryptionContext:iam-auth-origin': 'http://wiki.internal' }
const Condition = { StringEquals: ORIGIN }

function explain(why: string, name = 'AccessDeniedException', token?: Secret) {
  const message = `User: ${ALICE} is not authorized to perform: kms:Encrypt on resource: ${ARN} ${why}`
  return explainDenial(Object.assign(new Error(message), { name }), {
    key: parseKeyArn(ARN),
    context: { 'iam-auth-origin': 'http://wiki.internal' },
    credentials: {
      accessKeyId: 'AKIA',
      secretAccessKey: new Secret('x'),
      sessionToken: token,
      expiresAt: undefined,
      origin: '',
    },
  })
}

const statementIn = (hint = '') => JSON.parse(hint.slice(hint.indexOf('\n') + 1)) as unknown

test.each([
  [
    'because no identity-based policy allows the kms:Encrypt action',
    /the IAM policies of your user or role do not allow/,
  ],
  ['because no permissions boundary allows the kms:Encrypt action', /the permissions boundary .* does not allow/],
  ['because no session policy allows the kms:Encrypt action', /the policy of your session does not allow/],
  ['because no service control policy allows the kms:Encrypt action', /a service control policy .* does not allow/],
  ['because no VPC endpoint policy allows the kms:Encrypt action', /the policy of a VPC endpoint does not allow/],
  ['', /kms:Encrypt on the service's key is denied/],
])('names where the permission is missing: "%s"', (why, message) => {
  const refusal = explain(why)
  expect(refusal).toMatchObject({ code: 'ERR_IAM_ENCRYPT_DENIED', message: expect.stringMatching(message) })
  expect(statementIn(refusal?.hint)).toEqual({ Effect: 'Allow', Action: 'kms:Encrypt', Resource: ARN, Condition })
})

test('for the key’s own policy the statement names the person, as AWS does', () => {
  const refusal = explain('because no resource-based policy allows the kms:Encrypt action')
  expect(refusal?.message).toContain('the policy of the key itself does not allow')
  expect(refusal?.hint).toContain(ARN)
  expect(statementIn(refusal?.hint)).toEqual({
    Effect: 'Allow',
    Principal: { AWS: ALICE },
    Action: 'kms:Encrypt',
    Resource: '*',
    Condition,
  })
})

test('against an explicit Deny it asks for no permission', () => {
  const refusal = explain('with an explicit deny in a service control policy')
  expect(refusal?.message).toContain('a service control policy of your organisation forbids kms:Encrypt')
  expect(refusal?.hint).toMatch(/^No permission helps/)
  expect(statementIn(refusal?.hint)).toEqual({ Action: 'kms:Encrypt', Resource: ARN, Condition })
})

test('thinks of MFA where the keys carry none', () => {
  const why = 'because no identity-based policy allows the kms:Encrypt action'
  expect(explain(why)?.hint).toContain('--mfa-serial-number')
  expect(explain(why, 'AccessDeniedException', new Secret('token'))?.hint).not.toContain('--mfa-serial-number')
})

test('an ARN that is not the caller’s own, or holds more than one, is not shown', () => {
  const error = Object.assign(new Error(`User: <script> on resource: x because no resource-based policy`), {
    name: 'AccessDeniedException',
  })
  const key = parseKeyArn(ARN)
  const credentials = {
    accessKeyId: '',
    secretAccessKey: new Secret('x'),
    sessionToken: undefined,
    expiresAt: 0,
    origin: '',
  }
  const refusal = explainDenial(error, { key, context: {}, credentials })
  expect(statementIn(refusal?.hint)).toMatchObject({ Principal: { AWS: 'YOUR ARN' } })
})

test.each(['NotFoundException', 'DisabledException', 'KMSInvalidStateException'])(
  '%s is the service’s to mend',
  (name) => {
    expect(explain('', name)).toMatchObject({
      message: expect.stringContaining(ARN),
      hint: expect.stringContaining('tell'),
    })
  },
)

test('knows nothing of other errors', () => {
  expect(explain('', 'ThrottlingException')).toBeUndefined()
})
