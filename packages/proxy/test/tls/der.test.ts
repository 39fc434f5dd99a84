import { describe, expect, it } from 'vitest'
import {
  bitString,
  booleanTrue,
  explicit,
  implicit,
  implicitSequence,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
  unsignedInteger,
  utf8String,
} from '../../src/tls/der.js'

const hex = (bytes: Buffer) => bytes.toString('hex')

describe('DER', () => {
  it.each([
    [0, '0400'],
    [1, '0401'],
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65_535, '0482ffff'],
    [65_536, '0483010000'],
    [16_777_216, '048401000000'],
  ])('has the shortest length for %i bytes', (size, head) => {
    const encoded = octetString(Buffer.alloc(size))
    expect(encoded.length).toBe(head.length / 2 + size)
    expect(hex(encoded.subarray(0, head.length / 2))).toBe(head)
  })

  it.each([
    [[0], '020100'],
    [[], '020100'],
    [[1], '020101'],
    [[0x7f], '02017f'],
    [[0x80], '02020080'],
    [[0xff], '020200ff'],
    [[0, 0, 0x7f], '02017f'],
    [[0, 0x80], '02020080'],
    [[0x01, 0x00], '02020100'],
    [[0xff, 0xff], '020300ffff'],
  ])('has integers that are never negative, without needless zeros: %j', (bytes, expected) => {
    expect(hex(unsignedInteger(Buffer.from(bytes)))).toBe(expected)
  })

  it.each([
    ['2.5.29.30', '0603551d1e'],
    ['1.2.840.10045.4.3.2', '06082a8648ce3d040302'],
    ['1.3.6.1.5.5.7.3.1', '06082b06010505070301'],
    ['2.5.4.10', '060355040a'],
    ['1.2.127.128.16383.16384', '06092a7f8100ff7f818000'],
  ])('has object identifiers: %s', (dotted, expected) => {
    expect(hex(objectIdentifier(dotted))).toBe(expected)
  })

  it.each([
    ['2026-11-22T19:45:29.999Z', '170d', '261122194529Z'],
    ['2049-12-31T23:59:59Z', '170d', '491231235959Z'],
    ['2050-01-01T00:00:00Z', '180f', '20500101000000Z'],
    ['2100-02-28T01:02:03Z', '180f', '21000228010203Z'],
  ])('has UTCTime until 2049 and GeneralizedTime after: %s', (iso, head, text) => {
    const encoded = time(Date.parse(iso))
    expect(hex(encoded.subarray(0, 2))).toBe(head)
    expect(encoded.subarray(2).toString()).toBe(text)
  })

  it.each([
    ['TRUE', booleanTrue(), '0101ff'],
    ['a bit string', bitString(Buffer.of(0x06), 1), '03020106'],
    ['a bit string of whole bytes', bitString(Buffer.of(1, 2)), '0303000102'],
    ['UTF-8', utf8String('é'), '0c02c3a9'],
    ['an empty sequence', sequence(), '3000'],
    ['a sequence', sequence(booleanTrue(), sequence()), '30050101ff3000'],
    ['a set', setOf(booleanTrue()), '31030101ff'],
    ['an explicit tag', explicit(3, sequence()), 'a3023000'],
    ['an implicit tag', implicit(2, Buffer.from('a.b')), '8203612e62'],
    ['an implicit tag of a sequence', implicitSequence(1, booleanTrue(), booleanTrue()), 'a1060101ff0101ff'],
  ])('has %s', (_what, encoded, expected) => {
    expect(hex(encoded)).toBe(expected)
  })
})
