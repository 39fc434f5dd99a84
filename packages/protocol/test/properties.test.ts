import fc from 'fast-check'
import * as protocol from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { readVectors, sha256 } from './read-vectors.js'

/**
 * Bounded, and the same each time unless a seed is given: `FAST_CHECK_SEED=42 FAST_CHECK_RUNS=100000 npx vitest run …`.
 * A failure prints its seed and path.
 */
const parameters = {
  seed: Number(process.env['FAST_CHECK_SEED'] ?? 20260101),
  numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 300),
}
const holds = <T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>) => fc.assert(property, parameters)

const origin = 'https://wiki.example.com'
const expected = { origin, nowSeconds: 1767225610, allowedVersions: [1, 2] }
const realm = '123456789012'

/** Text of any kind: letters, binary, JSON, and pieces of our own formats put together in any order. */
const pieces = fc.constantFrom(
  ...[
    'IAM ',
    'realm',
    '=',
    '"',
    '\\',
    ', ',
    ' ',
    '\t',
    '123456789012',
    'v="1 2"',
    'arn:',
    'aws',
    ':kms:',
    'eu-west-1',
    ':',
    '/',
  ],
  ...[
    '//',
    '/.',
    '/..',
    '%2e',
    '%',
    'auth',
    '?',
    '#',
    '@',
    '{',
    '}',
    '[',
    ']',
    '"a":',
    '"v":2',
    ',',
    'null',
    '\u0000',
    '\u00e9',
    '\ud800',
  ],
  ...[
    '__proto__',
    'user/',
    'assumed-role/',
    '; ',
    'Max-Age=0',
    '__Host-iam_auth_c=',
    'eyJh',
    '==',
    '-_',
    '\r\n',
    'https://',
    '20260101T000005Z',
  ],
)
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ maxLength: 200 }),
  fc.json(),
  fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
)

type Parser = (text: string) => unknown

/** Parsers that return a value or throw a ProtocolError. */
const parsers: Record<string, Parser> = {
  parseAmzDate: protocol.parseAmzDate,
  parseAuthChallenges: protocol.parseAuthChallenges,
  parseBase64: protocol.parseBase64,
  parseBase64Url: protocol.parseBase64Url,
  parseChallengeCookieValue: protocol.parseChallengeCookieValue,
  parseChallengeId: protocol.parseChallengeId,
  parseEncryptionContext: protocol.parseEncryptionContext,
  'parseEncryptionContext of base64': (text) => protocol.parseEncryptionContext(Buffer.from(text).toString('base64')),
  parseKeyArn: protocol.parseKeyArn,
  parseLoginRequest: protocol.parseLoginRequest,
  parsePrincipalArn: protocol.parsePrincipalArn,
  parseSessionTokenProof: protocol.parseSessionTokenProof,
  parseSignedIdentity: protocol.parseSignedIdentity,
  requireAuthPath: protocol.requireAuthPath,
  requireOrigin: protocol.requireOrigin,
  'requireChallengeCookie of one line': (text) => protocol.requireChallengeCookie([text], origin),
  'parseChallenge of a WWW-Authenticate': (text) => protocol.parseChallenge(['WWW-Authenticate', text], expected),
  'parseChallenge of a parameter': (text) =>
    protocol.parseChallenge(
      ['WWW-Authenticate', `IAM realm="${realm}", v="1 2", ${text}`, ...keyAndContext('e30=')],
      expected,
    ),
  'parseChallenge of a context': (text) =>
    protocol.parseChallenge(['WWW-Authenticate', `IAM realm="${realm}"`, ...keyAndContext(text)], expected),
}

/** Functions that have an answer for every text. */
const total: Record<string, Parser> = {
  connectionOptions: (text) => protocol.connectionOptions(['Connection', text]),
  dropBounceMark: protocol.dropBounceMark,
  hasBounceMark: protocol.hasBounceMark,
  isLoopbackOrigin: protocol.isLoopbackOrigin,
  isOpaqueChallengeId: protocol.isOpaqueChallengeId,
  isOrigin: protocol.isOrigin,
  isPartition: protocol.isPartition,
  isRemoval: protocol.isRemoval,
  mentionsIamChallenge: (text) => protocol.mentionsIamChallenge(['WWW-Authenticate', text]),
  parseCookieHeader: protocol.parseCookieHeader,
  parseSetCookiePair: protocol.parseSetCookiePair,
  partitionOfRegion: protocol.partitionOfRegion,
  safeReturnUrl: (text) => protocol.safeReturnUrl(text, origin, '/auth'),
}

describe('for any text', () => {
  it.each(Object.entries(parsers))('%s gives a value or a ProtocolError', (_, parse) => {
    holds(fc.property(anyText, (text) => void valueOrRefusal(parse, text)))
  })

  it.each(Object.entries(total))('%s gives an answer', (_, parse) => {
    holds(fc.property(anyText, (text) => void parse(text)))
  })
})

describe('for long hostile text', () => {
  const long = [
    ...[
      ' ',
      ',',
      ', ',
      '\t,',
      '=',
      '"',
      '\\',
      '\\"',
      '/',
      '//',
      '/.',
      '/a',
      '%',
      '%2',
      '.',
      'a',
      'a=',
      'a,',
      'a =',
      'A b=c,',
      ';',
      '; ',
      '[',
      '{"a":',
      '-',
      'a-',
      '\u00e9',
      '1',
    ],
    ...[...readVectors<{ cases: { json: string }[] }>('login-requests.json').cases].slice(0, 1).map(({ json }) => json),
  ].map((unit) => unit.repeat(Math.ceil(100_000 / unit.length)))
  const openings = [
    '',
    'IAM ',
    'IAM x="',
    'IAM realm="123456789012", ',
    '/',
    'arn:aws:iam::123456789012:user/',
    'arn:aws:kms:eu-',
    'https://',
    '{"v":2,',
    'a=b;',
  ]

  it.each(Object.entries({ ...parsers, ...total }))('%s answers at once', (_, parse) => {
    const started = performance.now()
    for (const opening of openings) for (const tail of long) valueOrRefusal(parse, opening + tail)
    // Linear, this takes some 10 ms a text at most; quadratic, half a minute for the first one.
    expect(performance.now() - started).toBeLessThan(openings.length * long.length * 50)
  })
})

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
            keyArn: keyAndContext('')[1] ?? '',
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

describe('invariants', () => {
  it('whatever canonical JSON is accepted is the text that would be written', () => {
    const mutations = fc.tuple(fc.nat(), fc.constantFrom(...' {}[]",:0\\aA='))
    const { cases } = readVectors<{ cases: { json: string; accepted?: unknown }[] }>('signed-identities.json')
    const accepted = fc.constantFrom(...cases.filter((vector) => vector.accepted).map(({ json }) => json))
    holds(
      fc.property(accepted, mutations, (json, [at, char]) => {
        const index = at % json.length
        const mutated = json.slice(0, index) + char + json.slice(index + 1)
        const proof = valueOrRefusal(protocol.parseSignedIdentity, mutated)
        if (proof !== undefined) expect(protocol.formatSignedIdentity(proof)).toBe(mutated)
      }),
    )
  })

  it('a return path never leaves its origin, nor goes to the auth path', () => {
    holds(
      fc.property(
        fc.oneof(
          anyText,
          anyText.map((text) => `/${text}`),
        ),
        (path) => {
          const text = protocol.safeReturnUrl(path, origin, '/auth')
          const url = new URL(text)
          expect(text).toMatch(/^https:\/\/wiki\.example\.com\/[\x21-\x7e]*$/)
          expect(url.origin).toBe(origin)
          expect(url.pathname.startsWith('//')).toBe(false)
          expect(url.pathname).not.toBe('/auth')
          // A browser that resolves the path alone goes nowhere else either.
          expect(new URL(url.pathname + url.search, 'https://other.example').origin).toBe('https://other.example')
        },
      ),
    )
  })

  it('a bounce mark that was added is there, and gone when dropped', () => {
    holds(
      fc.property(anyText, (path) => {
        const url = protocol.safeReturnUrl(`/${path}`, origin, '/auth')
        expect(protocol.hasBounceMark(protocol.addBounceMark(url))).toBe(true)
        expect(protocol.dropBounceMark(protocol.addBounceMark(url))).toBe(url)
      }),
    )
  })

  it('an origin that is accepted is what URL prints', () => {
    holds(
      fc.property(fc.oneof(fc.webUrl({ withFragments: true, withQueryParameters: true }), anyText), (text) => {
        if (protocol.isOrigin(text)) expect(new URL(text).origin).toBe(text)
        const printed = URL.canParse(text) ? new URL(text).origin : 'null'
        expect(protocol.isOrigin(printed)).toBe(/^https?:/.test(printed))
      }),
    )
  })

  it('no two transcripts are equal but those of equal fields', () => {
    const fields = fc.tuple(
      ...Array.from({ length: 9 }, () => fc.string({ unit: fc.constantFrom('a', 'b', '\u0000'), maxLength: 3 })),
    )
    const transcript = (values: readonly string[]) => {
      const [a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = '', i = ''] = values
      const named = {
        origin: a,
        realm: b,
        challenge: c,
        exp: d,
        versions: e,
        proofs: f,
        proof: g,
        keyArn: h,
        authPath: i,
      }
      return Buffer.from(protocol.formatTranscript({ ...named, encryptionContextHeader: 'x' }, sha256)).toString('hex')
    }
    holds(
      fc.property(fields, fields, (one, other) => {
        expect(transcript(one) === transcript(other)).toBe(one.join('|') === other.join('|'))
      }),
    )
  })
})

/** The value, or undefined for a refusal; any other exception is the test's. */
function valueOrRefusal<T>(parse: (text: string) => T, text: string): T | undefined {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof protocol.ProtocolError) return undefined
    throw error
  }
}

function keyAndContext(context: string): string[] {
  const key = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555'
  return ['Iam-Auth-Kms-Key-Id', key, 'Iam-Auth-Kms-Encryption-Context', context]
}
