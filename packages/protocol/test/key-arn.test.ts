import { type KeyArn, parseKeyArn } from 'iam-auth-protocol'
import { expect, it } from 'vitest'
import { type Case, outcome, readVectors } from './read-vectors.js'

interface KeyCase extends Case<Omit<KeyArn, 'arn'>> {
  readonly arn: string
}

const { cases } = readVectors<{ cases: KeyCase[] }>('key-arns.json')

it.each(cases)('key $arn', ({ arn, accepted, refused }) => {
  expect(outcome(() => parseKeyArn(arn))).toEqual(accepted ? { accepted: { arn, ...accepted } } : { refused })
})
