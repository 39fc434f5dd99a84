import { describe, expect, it } from 'vitest'
import type { AuthorityState } from '../../src/commands/ca-state.js'
import { createAuthorityWatch } from '../../src/own/status/authority-watch.js'

const state = (names: readonly string[]): AuthorityState => ({
  ...{ state: 'installed', problems: [], names, expiresAt: null, sha256: null, root: null },
  ...{ stores: [], uncovered: [], todo: null },
})

describe('the authority on the status page', () => {
  it('is looked at once in half a minute, however many ask, and meanwhile shown as it was', async () => {
    let [ms, looks] = [0, 0]
    const look = async () => {
      looks += 1
      return state([`look ${looks}`])
    }
    const watch = createAuthorityWatch({ look, monotonicMs: () => ms })
    const asked = await Promise.all([watch.state(), watch.state()])
    expect(asked.map((found) => found?.names)).toEqual([['look 1'], ['look 1']])
    ms = 29_999
    expect((await watch.state())?.names).toEqual(['look 1'])
    ms = 30_000
    expect((await watch.state())?.names).toEqual(['look 1'])
    expect((await watch.state())?.names).toEqual(['look 2'])
    expect(looks).toBe(2)
  })

  it('is not looked at where nobody asks', () => {
    const looks: string[] = []
    const look = async () => state([`look ${looks.push('look')}`])
    createAuthorityWatch({ look, monotonicMs: () => 0 })
    expect(looks).toEqual([])
  })

  it('keeps no page waiting for a store that does not answer', async () => {
    const watch = createAuthorityWatch({ look: () => new Promise(() => {}), monotonicMs: () => 0 })
    expect(await watch.state()).toBeUndefined()
  })

  it('is unknown where it cannot be looked at, and looked at again later', async () => {
    let ms = 0
    let fails = true
    const look = async () => {
      if (fails) throw new Error('no such program')
      return state(['now'])
    }
    const watch = createAuthorityWatch({ look, monotonicMs: () => ms })
    expect(await watch.state()).toBeUndefined()
    ;[fails, ms] = [false, 30_000]
    expect((await watch.state())?.names).toEqual(['now'])
  })
})
