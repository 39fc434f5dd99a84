import {
  boundContext,
  formatEncryptionContext,
  parseEncryptionContext,
  requireBoundContext,
  requireOriginalContext,
} from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { outcome } from './read-vectors.js'

// What is refused stands in vectors/challenges.json, where a context travels.
const binding = { origin: 'https://wiki.example.com', challenge: 'AGlVuQAAAQIDBAUGBwgJCgsMDQ4P', realm: '123456789012' }

it('is written as padded base64 of JSON without white space, in the order of its names', () => {
  expect(formatEncryptionContext({ salt: 's3cr3t', a: 'b' })).toBe('eyJzYWx0IjoiczNjcjN0IiwiYSI6ImIifQ==')
  expect(parseEncryptionContext('eyJzYWx0IjoiczNjcjN0IiwiYSI6ImIifQ==')).toEqual({ salt: 's3cr3t', a: 'b' })
})

it('has the four bound pairs before those of the service', () => {
  expect(JSON.stringify(boundContext(binding, { salt: 'x' }))).toBe(
    '{"iam-auth-v":"2","iam-auth-origin":"https://wiki.example.com","iam-auth-challenge":"AGlVuQAAAQIDBAUGBwgJCgsMDQ4P","iam-auth-realm":"123456789012","salt":"x"}',
  )
})

it('is bound with the pairs of a service beside', () => {
  requireBoundContext(boundContext(binding, { salt: 'x' }), binding)
})

describe('requireBoundContext refuses', () => {
  const good = boundContext(binding)
  it.each<[string, Record<string, string>]>([
    ['an origin that is inherited and not its own', Object.create(good) as Record<string, string>],
    ['another version', { ...good, 'iam-auth-v': '1' }],
    ['another origin', { ...good, 'iam-auth-origin': 'https://wiki.example.com.' }],
    ['another challenge', { ...good, 'iam-auth-challenge': 'x' }],
    ['another realm', { ...good, 'iam-auth-realm': '210987654321' }],
    ['one more reserved name', { ...good, 'iam-auth-x': 'y' }],
    ['a reserved name in another case', { ...good, 'Iam-Auth-Realm': '123456789012' }],
  ])('%s', (_, context) => {
    expect(outcome(() => requireBoundContext(context, binding))).toEqual({ refused: 'ERR_IAM_CONTEXT_CONTENT' })
  })
})

it('leaves a context of the original free', () => {
  requireOriginalContext({}, 'https://a.example')
  requireOriginalContext(
    { salt: 'x', 'iam-auth-challenge': 'y', 'iam-auth-origin': 'https://a.example' },
    'https://a.example',
  )
})
