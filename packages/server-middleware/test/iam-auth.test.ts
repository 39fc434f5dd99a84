import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logIn } from './support/client.js'
import { send } from './support/http.js'
import { startService, type TestService } from './support/service.js'

describe('iamAuth()', () => {
  let service: TestService
  beforeAll(async () => {
    service = await startService({ publicPaths: ['/public', '/assets/*'] })
  })
  afterAll(() => service.close())

  it('signs a user in, with one call to KMS and one to STS', async () => {
    const { answer, cookie } = await logIn(service)
    expect(answer.status, answer.text + JSON.stringify(service.log)).toBe(204)
    expect(service.calls()).toEqual(['Decrypt', 'GetCallerIdentity'])
    const page = await send(`${service.url}/`, { headers: { cookie } })
    expect([page.status, page.text]).toEqual([200, service.aws.state.user('alice').arn])
  })
})
