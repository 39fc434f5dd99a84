import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import type { AllowOptions } from 'iam-auth-server-middleware'
import { beforeAll, describe, expect, test } from 'vitest'
import { logIn } from '../../packages/server-middleware/test/support/client.js'
import { cookiesOf, send } from '../../packages/server-middleware/test/support/http.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { startService } from '../support/service.js'
import { admitted, attemptLogin } from './attempts.js'
import { ALICE, answerOf, type FakeSts, startFakeSts } from './fake-aws.js'

/** Somebody has, or can make, an identity that looks like one that comes in. */

const forFile = thisFile()
const REALM: string = ALICE.Account
const STRANGERS = '210987654321'
let aws: LocalAws
let sts: FakeSts

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  const statement = { Effect: 'Allow', Action: '*', Resource: '*' } as const
  aws.state.key().policy = { Version: '2012-10-17', Statement: { ...statement, Principal: '*' } }
  const roles = [{ name: 'developer', policies: [{ Version: '2012-10-17' as const, Statement: statement }] }]
  aws.state.addAccount({ id: STRANGERS, users: [], roles, keys: [] })
  sts = await startFakeSts(forFile)
})

const withFakeSts = (allow: AllowOptions) =>
  startService(aws, thisTest, { allow, endpoints: { kms: aws.endpoint, sts: sts.endpoint } })

describe('a caller who looks like another', () => {
  const user = (name: string) => ({ ...ALICE, Arn: `arn:aws:iam::${REALM}:user/${name}` })
  const role = (name: string, session = 'alice', account = REALM, partition = 'aws') => ({
    Account: account,
    Arn: `arn:${partition}:sts::${account}:assumed-role/${name}/${session}`,
    UserId: `AROAAAAAAAAAAAAAAAAA:${session}`,
  })
  const onlyAlice = { users: [`arn:aws:iam::${REALM}:user/alice`] }
  const onlyTeam = { users: [`arn:aws:iam::${REALM}:user/team/*`] }
  const onlyDeploy = { roles: [`arn:aws:iam::${REALM}:role/Deploy`] }
  const onlyAdmins = { permissionSets: ['Admin'] }
  const onlyId = { uniqueIds: ['AIDAAAAAAAAAAAAAAAAA'] }

  test.each<[string, object, AllowOptions]>([
    ['the user', user('alice'), onlyAlice],
    ['a user of the path', user('team/alice'), onlyTeam],
    ['the role', role('Deploy'), onlyDeploy],
    ['the permission set', role('AWSReservedSSO_Admin_0123456789abcdef', 'carol@example.com'), onlyAdmins],
    ['the unique id', ALICE, onlyId],
  ])('comes in where it is the one: %s', async (_, result, allow) => {
    const service = await withFakeSts(allow)
    sts.answer(answerOf(result))
    expect((await attemptLogin(service)).status).toBe(204)
  })

  test.each<[string, object, AllowOptions]>([
    ['other case', user('Alice'), onlyAlice],
    ['a longer name', user('alice2'), onlyAlice],
    ['a path', user('x/alice'), onlyAlice],
    ['an empty path segment', user('/alice'), onlyAlice],
    ['an at sign more', user('alice@'), onlyAlice],
    ['a letter of another script', user('\u0430lice'), onlyAlice],
    ['a letter of full width', user('\uff41lice'), onlyAlice],
    ['a joiner', user('alice\u200d'), onlyAlice],
    ['a composed letter', user('ali\u0063\u0327e'), onlyAlice],
    ['a percent sign', user('%61lice'), onlyAlice],
    ['white space', user('alice '), onlyAlice],
    ['a line feed', user('alice\n'), onlyAlice],
    ['a role that is called after the user', role('alice'), onlyAlice],
    ['a session that is called after the user', role('user', 'alice'), onlyAlice],
    ['a deeper path', user('team/sub/alice'), onlyTeam],
    ['a shorter path', user('team'), onlyTeam],
    ['dots', user('team/../alice'), onlyTeam],
    ['a role with a path', role('x/Deploy'), onlyDeploy],
    ['a session with a slash', role('Deploy', 'x/y'), onlyDeploy],
    ['no session', { ...role('Deploy'), Arn: `arn:aws:sts::${REALM}:assumed-role/Deploy` }, onlyDeploy],
    [
      'an IAM role, which GetCallerIdentity never names',
      { ...ALICE, Arn: `arn:aws:iam::${REALM}:role/Deploy` },
      onlyDeploy,
    ],
    ['the role of another account', role('Deploy', 'alice', STRANGERS), onlyDeploy],
    [
      'the role of another account, said to be of ours',
      { ...role('Deploy', 'alice', STRANGERS), Account: REALM },
      onlyDeploy,
    ],
    ['our role, said to be of another account', { ...role('Deploy'), Account: STRANGERS }, onlyDeploy],
    ['the role of another partition', role('Deploy', 'alice', REALM, 'aws-cn'), onlyDeploy],
    ['the role of a partition made up', role('Deploy', 'alice', REALM, 'aws-'), onlyDeploy],
    ['a permission set in other case', role('AWSReservedSSO_admin_0123456789abcdef'), onlyAdmins],
    ['one with too few digits', role('AWSReservedSSO_Admin_0123456789abcde'), onlyAdmins],
    ['one with too many', role('AWSReservedSSO_Admin_0123456789abcdef0'), onlyAdmins],
    ['one with other digits', role('AWSReservedSSO_Admin_0123456789ABCDEF'), onlyAdmins],
    ['one with no digits', role('AWSReservedSSO_Admin_x'), onlyAdmins],
    ['one whose name goes on', role('AWSReservedSSO_Admin_0123456789abcdef_0123456789abcdef'), onlyAdmins],
    ['one of another account', role('AWSReservedSSO_Admin_0123456789abcdef', 'carol', STRANGERS), onlyAdmins],
    ['a user called after one', user('AWSReservedSSO_Admin_0123456789abcdef'), onlyAdmins],
    ['a session of the unique id', { ...ALICE, UserId: `${ALICE.UserId}:x` }, onlyId],
    [
      'the unique id in another account',
      { ...ALICE, Account: STRANGERS, Arn: ALICE.Arn.replace(REALM, STRANGERS) },
      onlyId,
    ],
    ['an account of 13 digits', { ...ALICE, Account: `${REALM}0`, Arn: ALICE.Arn.replace(REALM, `${REALM}0`) }, onlyId],
    [
      'an account in digits of another script',
      { ...ALICE, Account: '\u0661'.repeat(12), Arn: ALICE.Arn.replace(REALM, '\u0661'.repeat(12)) },
      onlyId,
    ],
    ['root', { Account: REALM, Arn: `arn:aws:iam::${REALM}:root`, UserId: REALM }, { accounts: [REALM] }],
    [
      'a federated user',
      { Account: REALM, Arn: `arn:aws:sts::${REALM}:federated-user/alice`, UserId: `${REALM}:alice` },
      onlyAlice,
    ],
  ])('and not otherwise: %s', async (_, result, allow) => {
    const service = await withFakeSts(allow)
    sts.answer(answerOf(result))
    const answer = await attemptLogin(service)
    expect([answer.status, cookiesOf(answer.setCookies), admitted(service)]).toEqual([403, '', []])
  })

  test('two accounts with roles of one name stay two, in sessions too', async () => {
    const allow = { roles: [REALM, STRANGERS].map((account) => `arn:aws:iam::${account}:role/developer`) }
    const service = await startService(aws, thisTest, { allow })
    const whoIs = async (accountId: string) => {
      const credentials = aws.issueSession({ role: 'developer', sessionName: 'same', accountId })
      const { cookie } = await logIn(service, { credentials })
      return (await send(`${service.url}/`, { headers: { cookie } })).text.trim()
    }
    const arns = [REALM, STRANGERS].map((account) => `arn:aws:sts::${account}:assumed-role/developer/same`)
    expect([await whoIs(REALM), await whoIs(STRANGERS), await whoIs(REALM)]).toEqual([arns[0], arns[1], arns[0]])
  })
})
