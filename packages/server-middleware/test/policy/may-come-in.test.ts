import { describe, expect, it } from 'vitest'
import { toIdentity } from '../../src/identity.js'
import type { AllowOptions } from '../../src/index.js'
import { mayComeIn } from '../../src/policy/may-come-in.js'
import { resolveRules } from '../../src/policy/rules.js'

const REALM = '123456789012'
const OTHER = '210987654321'
const user = (name: string, account = REALM) => `arn:aws:iam::${account}:user/${name}`
const session = (role: string, name = 'alice', account = REALM) =>
  `arn:aws:sts::${account}:assumed-role/${role}/${name}`
const role = (name: string, account = REALM) => `arn:aws:iam::${account}:role/${name}`
const federated = (name: string) => `arn:aws:sts::${REALM}:federated-user/${name}`
const root = (account = REALM) => `arn:aws:iam::${account}:root`

function admits(allow: AllowOptions, arn: string, userId = 'AIDAEXAMPLEEXAMPLE12'): boolean {
  const identity = toIdentity({ arn, userId }, () => false, { sid: 'x', expiresAt: 0 })
  return mayComeIn(identity, resolveRules(allow, REALM, 'aws'))
}

describe('who may come in', () => {
  it.each<[AllowOptions, string, boolean]>([
    [{}, user('alice'), true],
    [{}, user('team/alice'), true],
    [{}, session('Admin'), true],
    [{}, user('alice', OTHER), false],
    [{}, federated('alice'), false],
    [{}, root(), false],

    [{ accounts: [OTHER] }, user('alice', OTHER), true],
    [{ accounts: [OTHER] }, user('alice'), false],
    [{ accounts: [REALM, OTHER] }, session('Admin'), true],

    [{ users: [user('alice')] }, user('alice'), true],
    [{ users: [user('alice')] }, user('alice2'), false],
    [{ users: [user('alice')] }, user('team/alice'), false],
    [{ users: [user('alice')] }, user('alice', OTHER), false],
    [{ users: [user('alice')] }, session('alice'), false],
    [{ users: [user('alice')] }, session('Admin', 'alice'), false],
    [{ users: [user('*')] }, user('bob'), true],
    [{ users: [user('*')] }, user('team/bob'), false],
    [{ users: [user('team/*')] }, user('team/bob'), true],
    [{ users: [user('team/*')] }, user('team/x/bob'), false],
    [{ users: [user('team/*')] }, user('teamX/bob'), false],
    [{ users: [user('*/bob')] }, user('team/bob'), true],
    [{ users: [user('a*b*c')] }, user('a-b-b-c'), true],
    [{ users: [user('a*b*c')] }, user('a-c'), false],
    [{ users: [user('a*a')] }, user('a'), false],
    [{ users: [user('a*z')] }, user('a-b'), false],
    [{ users: [user('a*z')] }, user('a-b-z'), true],
    [{ users: [user('a*b*c*d')] }, user('a-c-b-d'), false],
    [{ users: [user('*b*c*')] }, user('c-b'), false],
    [{ users: [user('alice', OTHER)] }, user('alice', OTHER), true],
    [{ users: [user('alice', OTHER)] }, user('bob', OTHER), false],

    [{ roles: [role('Dev')] }, session('Dev'), true],
    [{ roles: [role('Dev')] }, session('Dev', 'anybody'), true],
    [{ roles: [role('Dev')] }, session('DevOps'), false],
    [{ roles: [role('Dev')] }, user('Dev'), false],
    [{ roles: [role('Dev*')] }, session('DevOps'), true],
    [{ roles: [role('Dev*')] }, session('Admin', 'Dev'), false],

    [{ permissionSets: ['Admin'] }, session('AWSReservedSSO_Admin_0123456789abcdef'), true],
    [{ permissionSets: ['Admin'] }, session('AWSReservedSSO_Admin_x'), false],
    [{ permissionSets: ['Admin'] }, session('AWSReservedSSO_Admin2_0123456789abcdef'), false],
    [{ permissionSets: ['Admin'] }, session('AWSReservedSSO_Admin_0123456789abcdef', 'x', OTHER), false],
    [{ permissionSets: ['Admin'] }, session('Admin'), false],
    [
      { permissionSets: ['Admin'], roles: [role('Dev', OTHER)] },
      session('AWSReservedSSO_Admin_0123456789abcdef', 'x', OTHER),
      false,
    ],

    [{ federatedUsers: [federated('*')] }, federated('alice'), true],
    [{ federatedUsers: [federated('bob')] }, federated('alice'), false],
    [{ federatedUsers: [federated('*')] }, user('alice'), true],
    [{ users: [user('alice')], federatedUsers: [] }, federated('alice'), false],
    [{ root: true }, root(), true],
    [{ root: true }, root(OTHER), false],
    [{ root: true, accounts: [OTHER] }, root(OTHER), true],
    [{ root: true, users: [user('alice', OTHER)] }, root(OTHER), false],
    [{ users: [user('*')] }, root(), false],
  ])('%j: %s %s', (allow, arn, expected) => {
    expect(admits(allow, arn)).toBe(expected)
  })

  it('by unique id: a name that is given again is somebody else', () => {
    const allow = { uniqueIds: ['AIDAEXAMPLEEXAMPLE12', 'AROAEXAMPLEEXAMPLE12'] }
    expect(admits(allow, user('alice'), 'AIDAEXAMPLEEXAMPLE12')).toBe(true)
    expect(admits(allow, user('alice'), 'AIDAEXAMPLEEXAMPLE34')).toBe(false)
    expect(admits(allow, session('Dev', 'x'), 'AROAEXAMPLEEXAMPLE12:x')).toBe(true)
    expect(admits(allow, user('alice', OTHER), 'AIDAEXAMPLEEXAMPLE12')).toBe(false)
  })
})

describe('a rule that is wrong is an error at the start', () => {
  it.each<[AllowOptions, RegExp]>([
    [{ accounts: ['12345678901*'] }, /not an account/],
    [{ accounts: ['1234567890123'] }, /not an account/],
    [{ accounts: [] }, /admits nobody/],
    [{ users: [] }, /admits nobody/],
    [{ users: ['*'] }, /is not arn:aws:iam::<12 digits>:user\/<name>/],
    [{ users: ['*:user/alice'] }, /is not arn/],
    [{ users: [`arn:aws:iam::*:user/alice`] }, /is not arn/],
    [{ users: ['arn:aws:iam::12345678901:user/alice'] }, /is not arn/],
    [{ users: ['arn:*:iam::123456789012:user/alice'] }, /is not arn/],
    [{ users: [user('')] }, /is not arn/],
    [{ users: [user('a:b')] }, /is not arn/],
    [{ users: [role('alice')] }, /is not arn/],
    [{ users: [user('alice').replace('aws', 'aws-cn')] }, /another partition/],
    [{ users: [user('alice').replace('aws', 'aws-evil')] }, /is not arn/],
    [{ users: [user('al?ce')] }, /only \* has a meaning/],
    [{ users: [user('(alice|bob)')] }, /only \* has a meaning/],
    [{ users: [user('alice.*$')] }, /only \* has a meaning/],
    [{ roles: [session('Dev')] }, /is not arn/],
    [{ roles: [role('team/Dev')] }, /does not tell a role's path/],
    [{ roles: [role('AWSReservedSSO_Admin_*')] }, /use permissionSets/],
    [{ permissionSets: ['Admin*'] }, /not a permission set/],
    [{ uniqueIds: ['AKIAEXAMPLEEXAMPLE12'] }, /not a unique id/],
    [{ federatedUsers: [user('alice')] }, /is not arn:aws:sts::/],
  ])('%j', (allow, problem) => {
    expect(() => resolveRules(allow, REALM, 'aws')).toThrow(problem)
  })
})
