import { describe, expect, it } from 'vitest'
import { consumeTotp, formatTotp } from '../../src/iam/totp.js'

// RFC 6238, appendix B: the ASCII secret 12345678901234567890; its codes have eight digits, ours the last six.
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describe('a TOTP code', () => {
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ])('at %d seconds is that of RFC 6238', (seconds, code) => {
    expect(formatTotp(secret, seconds * 1000)).toBe(code)
  })

  it('is taken once, and none of an earlier step after it', () => {
    const device = { serialNumber: 'x', secret, lastStep: -1 }
    const at = (step: number) => step * 30_000
    expect(consumeTotp(device, formatTotp(secret, at(100)), at(100))).toBe(true)
    expect(consumeTotp(device, formatTotp(secret, at(100)), at(100))).toBe(false)
    expect(consumeTotp(device, formatTotp(secret, at(99)), at(100))).toBe(false)
    expect(consumeTotp(device, formatTotp(secret, at(101)), at(100))).toBe(true)
    expect(consumeTotp(device, formatTotp(secret, at(104)), at(102))).toBe(false)
    expect(consumeTotp(device, formatTotp(secret, at(102)), at(103))).toBe(true)
  })
})
