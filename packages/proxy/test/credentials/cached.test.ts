import { describe, expect, it } from 'vitest'
import { cachedSource } from '../../src/credentials/cached.js'
import type { AwsCredentials } from '../../src/credentials/source.js'
import { Secret } from '../../src/secret.js'

function setUp(lifetimeMs: number | undefined) {
  const state = { now: 0, asked: 0, fail: false }
  const source = cachedSource(
    async (): Promise<AwsCredentials> => {
      state.asked += 1
      if (state.fail) throw new Error('no')
      const expiresAt = lifetimeMs === undefined ? undefined : state.now + lifetimeMs
      return {
        accessKeyId: 'AKIA',
        secretAccessKey: new Secret('s'),
        sessionToken: undefined,
        expiresAt,
        origin: 'test',
      }
    },
    () => state.now,
  )
  return { source, state }
}

describe('the credential cache', () => {
  it('asks once for all who wait', async () => {
    const { source, state } = setUp(3_600_000)
    const all = await Promise.all(Array.from({ length: 20 }, () => source()))
    expect(new Set(all).size).toBe(1)
    expect(state.asked).toBe(1)
  })

  it('asks again five minutes before the end', async () => {
    const { source, state } = setUp(3_600_000)
    await source()
    state.now = 3_600_000 - 300_001
    await source()
    expect(state.asked).toBe(1)
    state.now = 3_600_000 - 300_000
    await source()
    expect(state.asked).toBe(2)
  })

  it('keeps short-lived credentials for nine tenths of their life', async () => {
    const { source, state } = setUp(900_000)
    await source()
    state.now = 809_999
    await source()
    expect(state.asked).toBe(1)
    state.now = 810_000
    await source()
    expect(state.asked).toBe(2)
  })

  it('keeps keys that do not expire, until told to forget them', async () => {
    const { source, state } = setUp(undefined)
    await source()
    state.now = 1e15
    await source()
    expect(state.asked).toBe(1)
    source.forget()
    await source()
    expect(state.asked).toBe(2)
  })

  it('forgets what it was made from as well', async () => {
    let forgotten = 0
    const below = {
      forget() {
        forgotten += 1
      },
    }
    cachedSource(
      async () => Promise.reject(new Error('not asked')),
      () => 0,
      below,
    ).forget()
    expect(forgotten).toBe(1)
  })

  it('keeps no failure', async () => {
    const { source, state } = setUp(3_600_000)
    state.fail = true
    await expect(source()).rejects.toThrow('no')
    state.fail = false
    await expect(source()).resolves.toMatchObject({ accessKeyId: 'AKIA' })
  })
})
