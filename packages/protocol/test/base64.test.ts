import { formatBase64, formatBase64Url, parseBase64, parseBase64Url } from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { outcome } from './read-vectors.js'

const bytes = (...values: number[]) => Uint8Array.from(values)

// RFC 4648 §10, and the two characters in which the alphabets differ
it.each([
  ['', '', bytes()],
  ['Zg==', 'Zg', bytes(0x66)],
  ['Zm8=', 'Zm8', bytes(0x66, 0x6f)],
  ['Zm9v', 'Zm9v', bytes(0x66, 0x6f, 0x6f)],
  ['Zm9vYg==', 'Zm9vYg', bytes(0x66, 0x6f, 0x6f, 0x62)],
  ['+/8=', '-_8', bytes(0xfb, 0xff)],
])('base64 %j is base64url %j', (padded, unpadded, value) => {
  expect(formatBase64(value)).toBe(padded)
  expect(formatBase64Url(value)).toBe(unpadded)
  expect(parseBase64(padded)).toEqual(value)
  expect(parseBase64Url(unpadded)).toEqual(value)
})

describe('parseBase64 refuses another spelling of the same bytes', () => {
  it.each([
    'Zg',
    'Zg=',
    'Zg===',
    'Zh==',
    'Zm9=',
    'Z',
    'Zg==\n',
    ' Zg==',
    'Z g==',
    '-_8=',
    'Zg==Zg==',
    '=',
    'Zm9v=',
    '\u0100',
    'Zg==!!',
  ])('%j', (text) => {
    expect(outcome(() => parseBase64(text))).toEqual({ refused: 'ERR_IAM_BASE64' })
  })
})

describe('parseBase64Url refuses another spelling of the same bytes', () => {
  it.each(['Zg==', 'Zh', 'Zm9', 'Z', 'Zm9vY', 'Zg\n', ' Zg', 'Z g', '+/8', '-_8=', '\u00e9', '\ud800'])(
    '%j',
    (text) => {
      expect(outcome(() => parseBase64Url(text))).toEqual({ refused: 'ERR_IAM_BASE64' })
    },
  )
})
