import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import vectors from './vectors/independent.json' with { type: 'json' }

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const document = read('../../../PROTOCOL.md')

describe('PROTOCOL.md', () => {
  it('works its example with the first independent vector', () => {
    const [proof] = vectors.proofs
    const [id] = vectors.challengeIds
    const [challenge] = vectors.challenges
    const transcript = document.replaceAll(/[\s]/g, '')
    expect(transcript).toContain(proof!.transcriptHex)
    for (const [name, value] of challenge!.headers) expect(document).toContain(`\n${name}: ${value}\n`)
    const { binding, canonicalRequest, canonicalRequestSha256Hex, signature, dekHex, ivHex, ekHex, ctHex, postBody } =
      proof!
    const computed = [
      binding,
      canonicalRequest,
      canonicalRequestSha256Hex,
      signature,
      dekHex,
      ivHex,
      ekHex,
      ctHex,
      postBody,
    ]
    for (const text of [...computed, proof!.proof, JSON.stringify(proof!.encryptionContext)])
      expect(document).toContain(text)
    for (const text of [id!.id, id!.kid, id!.mac, id!.secret, id!.random16Hex])
      expect(document).toContain(`\`${text}\``)
  })

  it('lists every error code, and no other', () => {
    const codes = (text: string) => [...new Set(text.match(/ERR_IAM_[A-Z0-9_]+/g))].sort()
    expect(codes(document)).toEqual(codes(read('../src/errors.ts')))
  })

  it('has no link to a section that is not there', () => {
    const anchors = [...document.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    )
    for (const [, anchor] of document.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor)
  })
})

describe('the vectors', () => {
  const files = readdirSync(new URL('./vectors/', import.meta.url))

  it('are all described', () => {
    const readme = read('./vectors/README.md')
    for (const file of files.filter((name) => name.endsWith('.json'))) expect(readme).toContain(`\`${file}\``)
  })

  it.each(files.filter((name) => name.endsWith('.json')))(
    '%s explains itself and refuses with codes that exist',
    (file) => {
      const { about } = JSON.parse(read(`./vectors/${file}`)) as { about: string }
      expect(about.length).toBeGreaterThan(80)
      for (const code of read(`./vectors/${file}`).match(/ERR_IAM_[A-Z0-9_]+/g) ?? [])
        expect(document).toContain(`\`${code}\``)
    },
  )
})
