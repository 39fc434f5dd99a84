import { isLoopbackOrigin, isOrigin, requireOrigin } from 'iam-auth-protocol'
import { expect, it } from 'vitest'
import { type Case, outcome, readVectors } from './read-vectors.js'

interface OriginCase extends Case<{ loopback: boolean }> {
  readonly origin: string
}

const { cases } = readVectors<{ cases: OriginCase[] }>('origins.json')

it.each(cases)('origin $origin', ({ origin, accepted, refused }) => {
  expect(outcome(() => requireOrigin(origin))).toEqual(accepted ? { accepted: origin } : { refused })
  expect(isOrigin(origin)).toBe(accepted !== undefined)
  expect(isLoopbackOrigin(origin)).toBe(accepted?.loopback ?? false)
})
