import { BINDING_HEADER, type BindingFields, formatBinding, formatTranscript } from 'iam-auth-protocol'
import { expect, it } from 'vitest'
import { hex, readVectors, sha256 } from './read-vectors.js'

interface BindingCase {
  readonly name: string
  readonly fields: Omit<BindingFields, 'authPath'> & { readonly authPath: string | null }
  readonly transcriptHex: string
  readonly binding: string
}

const { cases } = readVectors<{ cases: BindingCase[] }>('bindings.json')

it.each(cases)('$name', ({ fields, transcriptHex, binding }) => {
  const bound = { ...fields, authPath: fields.authPath ?? undefined }
  expect(hex(formatTranscript(bound, sha256))).toBe(transcriptHex)
  expect(formatBinding(bound, sha256)).toBe(binding)
})

it('travels in a header of its own name', () => {
  expect(BINDING_HEADER).toBe('x-iam-auth-binding')
})

it('keeps neighbours apart: text that moves from one field to the next makes another binding', () => {
  const [first] = cases
  const base = { ...first!.fields, authPath: first!.fields.authPath ?? undefined }
  const moved = { ...base, exp: `${base.exp}1`, versions: base.versions.slice(1) }
  expect(formatTranscript(moved, sha256)).toHaveLength(formatTranscript(base, sha256).length)
  expect(formatBinding(moved, sha256)).not.toBe(formatBinding(base, sha256))
})
