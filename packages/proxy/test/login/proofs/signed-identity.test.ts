import { type Challenge, parseAmzDate, parseKeyArn } from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import vectors from '../../../../protocol/test/vectors/independent.json' with { type: 'json' }
import { sealSignedIdentity } from '../../../src/login/proofs/signed-identity.js'
import { Secret } from '../../../src/secret.js'

type Vector = (typeof vectors.proofs)[number]

/** The challenge of a vector, as `parseChallenge` gives it. */
function challengeOf({
  fields,
  encryptionContext,
  region,
}: Vector): Challenge & { bound: NonNullable<Challenge['bound']> } {
  return {
    version: 2,
    realm: fields.realm,
    key: parseKeyArn(fields.key),
    encryptionContext: encryptionContext as Record<string, string>,
    encryptionContextHeader: fields.ec_header,
    bound: {
      versions: [2],
      rawVersions: fields.v,
      challenge: fields.challenge,
      rawExp: fields.exp,
      rawProofs: fields.proofs,
      proof: 'sts-kms',
      stsRegions: [region],
      rawAuthPath: fields.auth,
      authPath: fields.auth,
      cookie: { name: '__Host-iam_auth_c', value: 'x' },
    },
  }
}

describe('the proof of version 2', () => {
  it.each(vectors.proofs)('is what an independent implementation makes: $name', async (vector) => {
    const { credentials, dekHex, ivHex, ekHex } = vector
    const random = [dekHex, ivHex].map((text) => Buffer.from(text, 'hex'))
    const asked: unknown[] = []
    const body = await sealSignedIdentity(
      challengeOf(vector),
      vector.fields.origin,
      {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: new Secret(credentials.secretAccessKey),
        sessionToken: credentials.sessionToken === null ? undefined : new Secret(credentials.sessionToken),
        expiresAt: undefined,
        origin: 'test',
      },
      {
        encrypt: async (_, { key, plaintext, context }) => {
          asked.push({ key: key.arn, plaintext: Buffer.from(plaintext).toString('hex'), context })
          return Buffer.from(ekHex, 'hex')
        },
        now: () => parseAmzDate(vector.date),
        randomBytes: (size) => {
          const bytes = random.shift()
          expect(bytes).toHaveLength(size)
          return bytes ?? new Uint8Array()
        },
      },
    )
    expect(body).toBe(vector.postBody)
    expect(asked).toEqual([{ key: vector.fields.key, plaintext: dekHex, context: vector.encryptionContext }])
  })
})
