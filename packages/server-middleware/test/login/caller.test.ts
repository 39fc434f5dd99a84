import { describe, expect, it } from 'vitest'
import { requireCaller } from '../../src/login/caller.js'
import type { IamAuthConfig } from '../../src/options/config.js'
import { resolveRules } from '../../src/policy/rules.js'

const REALM = '123456789012'
const OTHER = '210987654321'
const STRANGER = '999999999999'
/** Two accounts may come in, so that nothing but the caller's own contradictions is in the way. */
const config = { partition: 'aws', allow: resolveRules({ accounts: [REALM, OTHER] }, REALM, 'aws') } as IamAuthConfig

const user = (account = REALM, partition = 'aws') => `arn:${partition}:iam::${account}:user/alice`
const role = (session = 'alice') => `arn:aws:sts::${REALM}:assumed-role/Dev/${session}`
const USER_ID = 'AIDAAAAAAAAAAAAAAAAA'
const ROLE_ID = 'AROAAAAAAAAAAAAAAAAA'

describe('the caller that STS names', () => {
  it.each([
    ['a user', REALM, user(), USER_ID],
    ['a user of another account that may come in', OTHER, user(OTHER), USER_ID],
    ['a session of a role', REALM, role(), `${ROLE_ID}:alice`],
    ['a federated user', REALM, `arn:aws:sts::${REALM}:federated-user/bob`, `${REALM}:bob`],
    ['root', REALM, `arn:aws:iam::${REALM}:root`, REALM],
  ])('is taken: %s', (_, account, arn, userId) => {
    expect(() => requireCaller({ account, arn, userId }, config)).not.toThrow()
  })

  it.each([
    ['an account that is not the ARN’s', 'ERR_IAM_ACCOUNT', REALM, user(OTHER), USER_ID],
    ['an ARN that is not the account’s', 'ERR_IAM_ACCOUNT', OTHER, user(REALM), USER_ID],
    ['an account that no rule names', 'ERR_IAM_ACCOUNT', STRANGER, user(STRANGER), USER_ID],
    ['another partition', 'ERR_IAM_PARTITION', REALM, user(REALM, 'aws-cn'), USER_ID],
    ['a UserId of another session', 'ERR_IAM_STS_ANSWER', REALM, role(), `${ROLE_ID}:bob`],
    ['a UserId without the session', 'ERR_IAM_STS_ANSWER', REALM, role(), ROLE_ID],
    ['a UserId with a session, of a user', 'ERR_IAM_STS_ANSWER', REALM, user(), `${USER_ID}:alice`],
    ['no ARN of a caller', 'ERR_IAM_PRINCIPAL_ARN', REALM, `arn:aws:iam::${REALM}:group/x`, USER_ID],
  ])('is refused: %s', (_, code, account, arn, userId) => {
    expect(() => requireCaller({ account, arn, userId }, config)).toThrow(expect.objectContaining({ code }))
  })
})
