import { type Challenge, ProtocolError, parseChallenge } from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { type Case, caught, outcome, readVectors } from './read-vectors.js'

interface ChallengeCase extends Case<unknown> {
  readonly name: string
  readonly origin: string
  readonly nowSeconds: number
  readonly allowedVersions: readonly number[]
  readonly pinnedKeyArn: string | null
  readonly headers: readonly (readonly [string, string])[]
}

const { cases } = readVectors<{ cases: ChallengeCase[] }>('challenges.json')

const parse = ({ headers, pinnedKeyArn, ...expected }: ChallengeCase) =>
  parseChallenge(headers.flat(), { ...expected, pinnedKeyArn: pinnedKeyArn ?? undefined })

/** A challenge in the words of the vectors. */
function describeChallenge({ version, realm, key, encryptionContext, bound }: Challenge) {
  const rest = bound && {
    versions: bound.rawVersions,
    challenge: bound.challenge,
    exp: bound.rawExp,
    proofs: bound.rawProofs,
    stsRegions: bound.stsRegions,
    auth: bound.rawAuthPath ?? null,
    authPath: bound.authPath,
    cookie: [bound.cookie.name, bound.cookie.value],
  }
  return { version, realm, keyArn: key.arn, encryptionContext, bound: rest ?? null }
}

describe('parseChallenge accepts', () => {
  it.each(cases.filter(({ accepted }) => accepted))('$name', (vector) => {
    expect(describeChallenge(parse(vector))).toEqual(vector.accepted)
  })
})

describe('parseChallenge refuses', () => {
  it.each(cases.filter(({ refused }) => refused))('$name: $refused', (vector) => {
    expect(outcome(() => parse(vector))).toEqual({ refused: vector.refused })
  })
})

it('hands over the context header without the white space around it, since the binding hashes that', () => {
  const vector = cases.find(({ name }) => name === 'spaces and tabs around the context')!
  expect(parse(vector).encryptionContextHeader).toBe('eyJzYWx0IjogInMzY3IzdCBwZXBwZXIifQ==')
})

it('takes the first proof that it knows and says which', () => {
  const vector = cases.find(({ name }) => name === 'another proof before ours')!
  expect(parse(vector).bound).toMatchObject({ proof: 'sts-kms', rawProofs: 'jwt sts-kms', versions: [1, 2] })
})

it('says nothing of what a stranger sent in its messages', () => {
  const loud = [
    'IAM realm="<b>\u00e9<script>"',
    'IAM realm="\x1b[31mred"',
    'IAM <b>=x',
    'IAM realm="123456789012", v="<b>"',
  ]
  for (const value of loud) {
    const error = caught(() =>
      parseChallenge(['WWW-Authenticate', value], {
        origin: 'https://a.example',
        nowSeconds: 0,
        allowedVersions: [1, 2],
      }),
    )
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error.message).toMatch(/^[\x20-\x3b\x3d\x3f-\x7e]*$/)
  }
})
