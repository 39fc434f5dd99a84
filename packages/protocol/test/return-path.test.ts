import { addBounceMark, dropBounceMark, hasBounceMark, safeReturnUrl } from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { readVectors } from './read-vectors.js'

interface ReturnPathVectors {
  readonly cases: {
    name: string
    returnUrl: unknown
    origin: string
    authPath: string
    accepted?: string
    refused?: string
  }[]
  readonly marks: { url: string; marked: boolean; dropped: string; added: string }[]
}

const { cases, marks } = readVectors<ReturnPathVectors>('return-paths.json')

describe('safeReturnUrl keeps', () => {
  it.each(cases.filter(({ accepted }) => accepted))('$name', ({ returnUrl, origin, authPath, accepted }) => {
    const url = safeReturnUrl(returnUrl, origin, authPath)
    expect(url).toBe(accepted)
    expect(new URL(url).origin).toBe(origin)
  })
})

describe('safeReturnUrl sends to the root', () => {
  it.each(cases.filter(({ refused }) => refused))('$name', ({ returnUrl, origin, authPath, refused }) => {
    expect(safeReturnUrl(returnUrl, origin, authPath)).toBe(refused)
  })
})

describe('the bounce mark', () => {
  it.each(marks)('$url', ({ url, marked, dropped, added }) => {
    expect(hasBounceMark(url)).toBe(marked)
    expect(dropBounceMark(url)).toBe(dropped)
    expect(addBounceMark(url)).toBe(added)
    expect(hasBounceMark(added)).toBe(true)
    expect(dropBounceMark(added)).toBe(url)
  })
})
