import { formatSignedIdentity, parseSignedIdentity } from 'iam-auth-protocol'
import { expect, it } from 'vitest'
import { type Case, outcome, readVectors } from './read-vectors.js'

interface IdentityCase
  extends Case<{ region: string; date: string; accessKeyId: string; sessionToken: string | null; signature: string }> {
  readonly name: string
  readonly json: string
}

const { cases } = readVectors<{ cases: IdentityCase[] }>('signed-identities.json')

it.each(cases)('$name', ({ json, accepted, refused }) => {
  const result = outcome(() => {
    const proof = parseSignedIdentity(json)
    expect(formatSignedIdentity(proof)).toBe(json)
    return { ...proof, sessionToken: proof.sessionToken ?? null }
  })
  expect(result).toEqual(accepted ? { accepted } : { refused })
})
