import fc from 'fast-check'
import * as protocol from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { readVectors, sha256 } from '../read-vectors.js'
import { anyText, holds, origin, valueOrRefusal } from './any-text.js'

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
