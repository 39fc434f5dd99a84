import { type Principal, parsePrincipalArn } from 'iam-auth-protocol'
import { expect, it } from 'vitest'
import { type Case, outcome, readVectors } from './read-vectors.js'

type Described = { readonly [Name in keyof Omit<Principal, 'arn'>]: Principal[Name] | null }

interface PrincipalCase extends Case<Described> {
  readonly arn: string
}

const { cases } = readVectors<{ cases: PrincipalCase[] }>('principal-arns.json')

it.each(cases)('principal $arn', ({ arn, accepted, refused }) => {
  const result = outcome(() => {
    const { path, sessionName, permissionSet, ...rest } = parsePrincipalArn(arn)
    return { ...rest, path: path ?? null, sessionName: sessionName ?? null, permissionSet: permissionSet ?? null }
  })
  expect(result).toEqual(accepted ? { accepted: { arn, ...accepted } } : { refused })
})

it('gives every session of a role one canonical ARN, and none to two accounts', () => {
  const canonical = (arn: string) => parsePrincipalArn(arn).canonicalArn
  expect(canonical('arn:aws:sts::123456789012:assumed-role/Dev/alice')).toBe(
    canonical('arn:aws:sts::123456789012:assumed-role/Dev/bob'),
  )
  expect(canonical('arn:aws:sts::123456789012:assumed-role/Dev/alice')).not.toBe(
    canonical('arn:aws:sts::210987654321:assumed-role/Dev/alice'),
  )
  expect(canonical('arn:aws:sts::123456789012:assumed-role/Dev/alice')).not.toBe(
    canonical('arn:aws-cn:sts::123456789012:assumed-role/Dev/alice'),
  )
})
