import { createHmac } from 'node:crypto'

const stepMilliseconds = 30_000
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A virtual MFA device of one user. */
export interface MfaDevice {
  /** Such as `arn:aws:iam::123456789012:mfa/alice`. */
  readonly serialNumber: string
  /** The shared secret, base32 (RFC 4648), as shown when a device is added. */
  readonly secret: string
  /** The last 30-second step whose code was accepted: no code of this step or an earlier one is accepted again. */
  lastStep: number
}

/** The code of the step that holds `now` (milliseconds), six digits with SHA-1. @see https://www.rfc-editor.org/rfc/rfc6238 */
export function formatTotp(secret: string, now: number): string {
  return codeOfStep(decodeBase32(secret), Math.floor(now / stepMilliseconds))
}

/**
 * Takes a code once: true if it belongs to the present step or a neighbouring one (AWS forgives a clock that is 30 seconds off)
 * and no code of that step or a later one has been taken before.
 */
export function consumeTotp(device: MfaDevice, code: string, now: number): boolean {
  const key = decodeBase32(device.secret)
  const present = Math.floor(now / stepMilliseconds)
  for (const step of [present - 1, present, present + 1]) {
    if (step <= device.lastStep || codeOfStep(key, step) !== code) continue
    device.lastStep = step
    return true
  }
  return false
}

// RFC 4226 §5.3: the low four bits of the MAC choose where the 31-bit number is read.
function codeOfStep(key: Buffer, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.max(0, step)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const offset = mac.readUInt8(mac.length - 1) & 15
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff
  return String(number % 1_000_000).padStart(6, '0')
}

function decodeBase32(text: string): Buffer {
  const bytes: number[] = []
  let bits = 0
  let pending = 0
  for (const letter of text.toUpperCase().replace(/=+$/, '')) {
    pending = ((pending << 5) | base32.indexOf(letter)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((pending >> bits) & 0xff)
  }
  return Buffer.from(bytes)
}
