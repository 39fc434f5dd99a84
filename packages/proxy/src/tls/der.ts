/**
 * The part of DER (X.690) that certificates are made of. Every function gives one value, whole: tag, length, content. There
 * is no reader here: what comes from elsewhere is parsed by OpenSSL, in `X509Certificate`.
 */

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const

/** UTCTime has two digits for the year, and RFC 5280 (4.1.2.5) reads them as 1950 to 2049. */
const FIRST_GENERALIZED_YEAR = 2050

/** SEQUENCE of values that are encoded already. */
export function sequence(...values: readonly Buffer[]): Buffer {
  return encode(TAG.sequence, Buffer.concat(values))
}

/** SET of one value: more would have to be sorted. */
export function setOf(value: Buffer): Buffer {
  return encode(TAG.set, value)
}

/** BOOLEAN TRUE. FALSE is never written: DER leaves defaults out. */
export function booleanTrue(): Buffer {
  return encode(TAG.boolean, Buffer.of(0xff))
}

/** INTEGER of a number that is not negative, given as its bytes, the highest first. */
export function unsignedInteger(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? Buffer.of(0) : Buffer.from(bytes.subarray(first))
  // A set top bit would make it negative.
  return encode(TAG.integer, (digits[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), digits]) : digits)
}

/** BIT STRING. @param unusedBits how many of the last byte's lowest bits do not count */
export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return encode(TAG.bitString, Buffer.concat([Buffer.of(unusedBits), bytes]))
}

/** OCTET STRING. */
export function octetString(bytes: Uint8Array): Buffer {
  return encode(TAG.octetString, bytes)
}

/** UTF8String. */
export function utf8String(text: string): Buffer {
  return encode(TAG.utf8String, Buffer.from(text))
}

/** OBJECT IDENTIFIER, from its dotted form. The first two numbers share one byte. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number)
  return encode(TAG.objectIdentifier, Buffer.from([first * 40 + second, ...others].flatMap(base128)))
}

/** UTCTime before 2050, GeneralizedTime from then on, both in whole seconds. @param ms since 1970 */
export function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/\.\d+|\D/g, '')
  const isShort = new Date(ms).getUTCFullYear() < FIRST_GENERALIZED_YEAR
  return encode(isShort ? TAG.utcTime : TAG.generalizedTime, Buffer.from(`${isShort ? digits.slice(2) : digits}Z`))
}

/** `[number] EXPLICIT`: a tag around a whole value. */
export function explicit(number: number, value: Buffer): Buffer {
  return encode(0xa0 | number, value)
}

/** `[number] IMPLICIT` of a type without parts, as IA5String or OCTET STRING: another tag for the same content. */
export function implicit(number: number, content: Uint8Array): Buffer {
  return encode(0x80 | number, content)
}

/** `[number] IMPLICIT` of a SEQUENCE. */
export function implicitSequence(number: number, ...values: readonly Buffer[]): Buffer {
  return encode(0xa0 | number, Buffer.concat(values))
}

function encode(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag), length(content.length), content])
}

/** One byte up to 127; above, a byte that counts the bytes of the number after it, without leading zeros. */
function length(size: number): Buffer {
  if (size < 0x80) return Buffer.of(size)
  const digits: number[] = []
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  return Buffer.of(0x80 | digits.length, ...digits)
}

/** Seven bits a byte, the top bit set on all but the last. */
function base128(number: number): number[] {
  const bytes = [number % 128]
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(0x80 | (rest % 128))
  return bytes
}
