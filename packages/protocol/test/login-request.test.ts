import { formatLoginRequest, parseLoginRequest } from 'iam-auth-protocol'
import { expect, it } from 'vitest'
import { type Case, caught, hex, outcome, readVectors } from './read-vectors.js'

interface LoginCase extends Case<{ challenge: string; encryptedKeyHex: string; ivHex: string; ciphertextHex: string }> {
  readonly name: string
  readonly json: string
}

const { cases } = readVectors<{ cases: LoginCase[] }>('login-requests.json')

it.each(cases)('$name', ({ json, accepted, refused }) => {
  const result = outcome(() => {
    const request = parseLoginRequest(json)
    expect(formatLoginRequest(request)).toBe(json)
    const { challenge, encryptedKey, iv, ciphertext } = request
    return { challenge, encryptedKeyHex: hex(encryptedKey), ivHex: hex(iv), ciphertextHex: hex(ciphertext) }
  })
  expect(result).toEqual(accepted ? { accepted } : { refused })
})

it('quotes nothing of what it refuses, since others read the logs', () => {
  const error = caught(() => parseLoginRequest('{"v":2,"ek":"c2VjcmV0'))
  expect(error.message).toBe('not a login request in canonical form')
  expect(error.cause).toBeUndefined()
})
