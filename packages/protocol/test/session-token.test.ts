import { formatSessionTokenProof, parseSessionTokenProof, type SessionTokenProof } from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { type Case, caught, outcome, readVectors } from './read-vectors.js'

interface SessionTokenVectors {
  readonly formatted: (SessionTokenProof & { name: string; json: string })[]
  readonly cases: (Case<SessionTokenProof> & { name: string; json: string })[]
}

const { formatted, cases } = readVectors<SessionTokenVectors>('session-tokens.json')

describe('formatSessionTokenProof writes what the original writes', () => {
  it.each(formatted)('$name', ({ json, name: _, ...proof }) => {
    expect(formatSessionTokenProof(proof)).toBe(json)
  })
})

describe('parseSessionTokenProof', () => {
  it.each(cases)('$name', ({ json, accepted, refused }) => {
    expect(outcome(() => parseSessionTokenProof(json))).toEqual(accepted ? { accepted } : { refused })
  })

  it('quotes nothing of what it refuses, since it holds secrets', () => {
    const error = caught(() => parseSessionTokenProof('{"SecretAccessKey":"hunter2'))
    expect(error.message).toBe('not the temporary credentials of a version-1 token')
    expect(error.cause).toBeUndefined()
  })
})
