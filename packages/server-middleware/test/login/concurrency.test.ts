import { describe, expect, it } from 'vitest'
import { createConcurrencyLimit } from '../../src/login/concurrency.js'

describe('the number of logins at a time', () => {
  it('is limited: one more is refused at once, until one of them ends, well or badly', async () => {
    const { run } = createConcurrencyLimit(2)
    const ends: ((how: 'well' | 'badly') => void)[] = []
    const work = () =>
      new Promise<string>((resolve, reject) => {
        ends.push((how) => (how === 'well' ? resolve('in') : reject(new Error('out'))))
      })
    const [first, second] = [run(work), run(work)]
    let hasRun = false
    const refused = run(async () => {
      hasRun = true
    })
    await expect(refused).rejects.toMatchObject({ code: 'ERR_IAM_CONCURRENCY' })
    expect(hasRun).toBe(false)
    ends[0]?.('well')
    ends[1]?.('badly')
    expect(await Promise.allSettled([first, second])).toMatchObject([{ value: 'in' }, { reason: { message: 'out' } }])
    expect(await Promise.all([run(async () => 1), run(async () => 2)])).toEqual([1, 2])
  })

  it('counts a login that fails before it waits for anything as ended', async () => {
    const { run } = createConcurrencyLimit(1)
    const fails = () => {
      throw new Error('no')
    }
    for (const _ of [1, 2, 3]) await expect(run(fails)).rejects.toThrow('no')
    expect(await run(async () => 'in')).toBe('in')
  })
})
