import { describe, expect, it } from 'vitest'
import { FIRST_LOGIN, tally } from '../../../../test/support/aws-tally.js'
import { thisTest } from '../../../../test/support/cleanup.js'
import { keysOf } from '../../../../test/support/proxy.js'
import { until } from '../../../../test/support/until.js'
import { waitFor } from '../../src/fetch/wait.js'
import { createSetting } from './setting.js'

const { aws, iamFetch, startService } = await createSetting()

/** Credentials that come when the test says so. */
function slowCredentials() {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  let asked = 0
  const credentials = async () => {
    asked += 1
    await given
    return keysOf(aws, 'alice')
  }
  return { credentials, give: () => give(), asked: () => asked }
}

describe('waiting for a login', () => {
  it('ends with the reason of a signal; those who wait for the same login get it', async () => {
    const service = await startService(thisTest)
    const { credentials, give, asked } = slowCredentials()
    const fetch = iamFetch({ credentials })
    const controller = new AbortController()
    const first = fetch(service.url, { signal: controller.signal })
    await until('the login has begun', () => asked() === 1)
    const others = [fetch(service.url), fetch(new Request(service.url))]
    controller.abort(new Error('changed my mind'))
    await expect(first).rejects.toThrow('changed my mind')
    give()
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual([200, 200])
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  it('ends with the signal of a Request, and of login()', async () => {
    const service = await startService(thisTest)
    const { credentials, give, asked } = slowCredentials()
    const fetch = iamFetch({ credentials })
    const controller = new AbortController()
    const waiting = [
      fetch(new Request(service.url, { signal: controller.signal })),
      fetch.login(service.url, { signal: controller.signal }),
    ]
    await until('the login has begun', () => asked() === 1)
    controller.abort()
    for (const call of waiting) await expect(call).rejects.toMatchObject({ name: 'AbortError' })
    await expect(fetch(service.url, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' })
    give()
    await until('the login is made', () => service.log.some(({ message }) => message === 'login'))
  })

  it('ends after timeoutMs; the login goes on, and the next call has its session', async () => {
    const service = await startService(thisTest)
    const { credentials, give } = slowCredentials()
    const fetch = iamFetch({ credentials, timeoutMs: 50 })
    const response = await fetch(service.url)
    expect([response.status, fetch.refusalOf(response)?.code]).toEqual([401, 'ERR_IAM_LOGIN_TIMEOUT'])
    give()
    await until('the login is made', () => service.arrived.includes('POST /auth'))
    await until('its session is there', async () => (await fetch(service.url)).status === 200)
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  it('leaves nothing on a signal that lives long', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1
      return addEventListener.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1
      return removeEventListener.apply(signal, args)
    }
    const waiting = waitFor(Promise.resolve('done'), { signal, timeoutMs: 1000 })
    expect(listeners).toBe(1)
    expect(await waiting).toBe('done')
    expect(listeners).toBe(0)
  })
})
