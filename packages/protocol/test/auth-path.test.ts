import { requireAuthPath } from 'iam-auth-protocol'
import { expect, it } from 'vitest'
import { outcome, readVectors } from './read-vectors.js'

const { cases } = readVectors<{ cases: { path: string; refused?: string }[] }>('auth-paths.json')

it.each(cases)('auth path $path', ({ path, refused }) => {
  expect(outcome(() => requireAuthPath(path))).toEqual(refused === undefined ? { accepted: path } : { refused })
})
