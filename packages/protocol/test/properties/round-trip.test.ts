import fc from 'fast-check'
import * as protocol from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { expected, holds, keyArn, origin, realm } from './any-text.js'

describe('what is written reads back the same', () => {
  const bytes = (min: number, max: number) => fc.uint8Array({ minLength: min, maxLength: max })
  const chars = (alphabet: string, minLength: number, maxLength: number) =>
    fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength })
  const visible = String.fromCharCode(...Array.from({ length: 94 }, (_, index) => 0x21 + index))
  const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
  const id = chars('abcXYZ019-_', 22, 128)
  const temporaryKey = chars(upper, 12, 124).map((tail) => `ASIA${tail}`)
  const longLivedKey = chars(upper, 12, 124).map((tail) => `AKIA${tail}`)
  const contextName = chars('abcXYZ09_.:/=+@-', 0, 127).map((tail) => `a${tail}`)
  const context = fc
    .dictionary(contextName, chars(` ${visible}`, 1, 100), { maxKeys: 8, noNullPrototype: true })
    .filter((pairs) => JSON.stringify(pairs).length <= 2048)

  it('bytes, in both kinds of base64', () => {
    holds(
      fc.property(bytes(0, 100), (value) => {
        expect(protocol.parseBase64(protocol.formatBase64(value))).toEqual(value)
        expect(protocol.parseBase64Url(protocol.formatBase64Url(value))).toEqual(value)
        expect(protocol.formatBase64(value)).toBe(Buffer.from(value).toString('base64'))
        expect(protocol.formatBase64Url(value)).toBe(Buffer.from(value).toString('base64url'))
      }),
    )
  })

  it('challenge ids', () => {
    holds(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 - 1 }), bytes(16, 16), (iatSeconds, random) => {
        const text = protocol.formatChallengeId(iatSeconds, random)
        expect(protocol.parseChallengeId(text)).toEqual({ iatSeconds })
        expect(protocol.isOpaqueChallengeId(text)).toBe(true)
        expect(protocol.parseBase64Url(text).subarray(5)).toEqual(random)
      }),
    )
  })

  it('dates', () => {
    holds(
      fc.property(fc.integer({ min: 0, max: 253402300799 }), (seconds) => {
        expect(protocol.parseAmzDate(protocol.formatAmzDate(seconds * 1000))).toBe(seconds * 1000)
      }),
    )
  })

  it('encryption contexts', () => {
    holds(
      fc.property(context, (pairs) => {
        expect(protocol.parseEncryptionContext(protocol.formatEncryptionContext(pairs))).toEqual(pairs)
      }),
    )
  })

  it('parameters of a challenge', () => {
    holds(
      fc.property(chars(`\t ${visible}`, 0, 50), (value) => {
        const [challenge] = protocol.parseAuthChallenges(`IAM ${protocol.formatAuthParam('x', value)}, y=z`)
        expect([...(challenge?.params ?? [])]).toEqual([
          ['x', value],
          ['y', 'z'],
        ])
      }),
    )
  })

  it('signed identities', () => {
    const keys = fc.oneof(
      fc.tuple(temporaryKey, chars(visible, 1, 300)),
      fc.tuple(longLivedKey, fc.constant(undefined)),
    )
    holds(
      fc.property(keys, chars('0123456789abcdef', 64, 64), ([accessKeyId, sessionToken], signature) => {
        const proof = { region: 'eu-west-1', date: '20260101T000005Z', accessKeyId, sessionToken, signature }
        expect(protocol.parseSignedIdentity(protocol.formatSignedIdentity(proof))).toEqual(proof)
      }),
    )
  })

  it('session tokens', () => {
    holds(
      fc.property(
        temporaryKey,
        chars(visible, 1, 256),
        chars(visible, 1, 300),
        (accessKeyId, secretAccessKey, sessionToken) => {
          const proof = { accessKeyId, expiration: '2026-01-01T00:15:00Z', secretAccessKey, sessionToken }
          expect(protocol.parseSessionTokenProof(protocol.formatSessionTokenProof(proof))).toEqual(proof)
        },
      ),
    )
  })

  it('login requests', () => {
    holds(
      fc.property(id, bytes(1, 200), bytes(12, 12), bytes(0, 200), (challenge, encryptedKey, iv, ciphertext) => {
        const request = { challenge, encryptedKey, iv, ciphertext }
        expect(protocol.parseLoginRequest(protocol.formatLoginRequest(request))).toEqual(request)
      }),
    )
  })

  it('whole challenges', () => {
    const versions = fc.constantFrom([2], [1, 2])
    holds(
      fc.property(
        versions,
        id,
        context,
        fc.constantFrom('/auth', '/-/login'),
        (offered, challenge, extra, authPath) => {
          const encryptionContextHeader = protocol.formatEncryptionContext(
            protocol.boundContext({ origin, challenge, realm }, extra),
          )
          fc.pre(protocol.parseBase64(encryptionContextHeader).length <= 2048)
          const offer = {
            realm,
            versions: offered,
            origin,
            challenge,
            expSeconds: 1767225720,
            stsRegions: ['eu-west-1'],
          }
          const headers = protocol.formatChallenge({
            ...offer,
            authPath,
            keyArn,
            encryptionContextHeader,
          })
          const cookie = ['Set-Cookie', protocol.formatChallengeSetCookie(origin, 'id.kid.mac')]
          const parsed = protocol.parseChallenge([...headers.flat(), ...cookie], expected)
          expect(parsed.encryptionContextHeader).toBe(encryptionContextHeader)
          expect(parsed.bound).toMatchObject({ challenge, authPath, versions: offered })
        },
      ),
    )
  })
})
