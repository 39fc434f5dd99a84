import { describe, expect, it } from 'vitest'
import { createRateLimit, networkOf } from '../../src/http/rate-limit.js'
import type { Rate } from '../../src/http/token-buckets.js'

describe('the rate limit', () => {
  const taking = (options: { burst?: number; total?: Rate; maxAddresses?: number } = {}) => {
    const clock = { ms: 0 }
    const { burst = 100, ...given } = options
    const perAddress = { perSecond: 20, burst }
    const total = { perSecond: 1000, burst: 1000 }
    const limit = createRateLimit({ perAddress, total, now: () => clock.ms, ...given })
    const takes = (address: string, times: number) => {
      let taken = 0
      for (let count = 0; count < times; count++) {
        try {
          limit.take(address)
          taken++
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_IAM_(TOTAL_)?RATE_LIMIT$/) })
        }
      }
      return taken
    }
    return { clock, takes }
  }

  it('lets a burst through, then so many a second', () => {
    const { clock, takes } = taking()
    expect(takes('192.0.2.1', 1000)).toBe(100)
    clock.ms += 1000
    expect(takes('192.0.2.1', 1000)).toBe(20)
    clock.ms += 3_600_000
    expect(takes('192.0.2.1', 1000)).toBe(100)
  })

  it('is not fooled by a clock that goes back', () => {
    const { clock, takes } = taking()
    takes('192.0.2.1', 100)
    clock.ms -= 3_600_000
    expect(takes('192.0.2.1', 10)).toBe(0)
  })

  it('counts each address for itself, and of IPv6 each /64', () => {
    const { takes } = taking({ burst: 1 })
    expect([takes('192.0.2.1', 2), takes('192.0.2.2', 2)]).toEqual([1, 1])
    expect([takes('2001:db8::1', 2), takes('2001:db8::ffff:1', 2), takes('2001:db8:0:1::1', 2)]).toEqual([1, 0, 1])
  })

  it('remembers so many addresses, those seen last', () => {
    const { takes } = taking({ burst: 1, maxAddresses: 2 })
    const order = ['192.0.2.1', '192.0.2.2', '192.0.2.1', '192.0.2.3', '192.0.2.1', '192.0.2.2']
    expect(order.map((address) => takes(address, 1))).toEqual([1, 1, 0, 1, 0, 1])
  })

  it('is one for all addresses together too, of which an address over its own takes nothing', () => {
    const { clock, takes } = taking({ burst: 2, total: { perSecond: 1, burst: 5 } })
    expect(takes('192.0.2.1', 1000)).toBe(2)
    expect([takes('192.0.2.2', 2), takes('192.0.2.3', 2), takes('192.0.2.4', 2)]).toEqual([2, 1, 0])
    clock.ms += 1000
    expect(takes('192.0.2.5', 2)).toBe(1)
  })

  it('holds for clients that make their address up, where Express believes them', () => {
    const { takes } = taking({ burst: 1 })
    expect([takes('x', 1), takes('y', 1), takes('z'.repeat(16_000), 1), takes('192.0.2.1:4711', 1)]).toEqual([
      1, 0, 0, 0,
    ])
  })
})

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
    ['2001:0db8:0a:b:1:2:3:4', '2001:db8:a:b::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
    ['::2:3:4:5:6:7:8', '0:2:3:4::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['', 'unknown'],
    ['unknown', 'unknown'],
    ['192.0.2.1:4711', 'unknown'],
  ])('of %j is %j', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})
