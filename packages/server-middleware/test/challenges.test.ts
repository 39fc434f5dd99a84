import { describe, expect, it } from 'vitest'
import vectors from '../../protocol/test/vectors/independent.json' with { type: 'json' }
import { createChallenges } from '../src/challenges.js'
import { deriveKeys } from '../src/secrets.js'

describe('a challenge cookie', () => {
  it.each(vectors.challengeIds)('is the one of an independent implementation: kid $kid for $origin', (vector) => {
    const challenges = createChallenges({
      keys: [deriveKeys('a newer secret, in force too'), deriveKeys(vector.secret)],
      now: () => vector.iat * 1000,
      randomBytes: () => Buffer.from(vector.random16Hex, 'hex'),
    })
    const name = vector.origin.startsWith('https:') ? '__Host-iam_auth_c' : 'iam_auth_c'
    const challenge = challenges.mint()
    expect(challenge).toEqual({ id: vector.id, expSeconds: vector.iat + 120 })
    expect(challenges.requireCookie(`${name}=${vector.cookieValue}`, vector.origin)).toEqual(challenge)
    const alone = createChallenges({
      keys: [deriveKeys(vector.secret)],
      now: Date.now,
      randomBytes: () => new Uint8Array(),
    })
    expect(alone.formatCookie(challenge, vector.origin)).toBe(vector.cookieValue)
  })
})
