import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FIRST_LOGIN, NOTHING, ONE_LOGIN, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { admitted } from './attempts.js'
import { hostOf, send, startHostileSite, takeChallenge, visitThrough } from './hostile-site.js'

/** A page or a service has the user's proxy ask AWS again and again, in the user's name and on the user's bill. */

const PARALLEL = 100
const forFile = thisFile()
let aws: LocalAws
let proxy: TestProxy

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  proxy = await startProxy(aws, forFile)
})
beforeEach(() => aws.resetCalls())

const inParallel = <T>(make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: PARALLEL }, (_, index) => make(index)))

describe(`${PARALLEL} requests at once, all answered 401,`, () => {
  test('of a client without cookies cost one login', async () => {
    const service = await startService(aws, thisTest)
    const answers = await inParallel(() => visitThrough(proxy.url, service.url))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(admitted(service)).toHaveLength(1)
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  test('of a page, with cookies of its own, cost one login', async () => {
    const service = await startService(aws, thisTest)
    const answers = await inParallel((index) =>
      send(proxy.url, {
        method: index % 2 === 0 ? 'GET' : 'POST',
        path: `${service.url}/?${index}`,
        headers: { ...hostOf(service.url), Cookie: `theme=${index}`, Origin: service.url, 'User-Agent': 'Mozilla/5.0' },
      }),
    )
    expect(answers.filter(({ status }) => status === 401)).toEqual([])
    expect(admitted(service)).toHaveLength(1)
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  test('of a service that takes no login fail together, and after three such rounds nothing is tried for a minute', async () => {
    const site = await startHostileSite(thisTest, async ({ method }, origin) =>
      method === 'POST'
        ? { status: 403, rawHeaders: [] }
        : { status: 401, rawHeaders: await takeChallenge(genuine.url, origin) },
    )
    const genuine = await startService(aws, thisTest, { origin: site.origin })
    for (let round = 0; round < 5; round += 1) {
      const answers = await inParallel(() => visitThrough(proxy.url, site.origin))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
    }
    expect(tally(aws)).toEqual({ Encrypt: 3 })
    expect(site.captured.filter(({ method }) => method === 'POST')).toHaveLength(3)
  })
})

test('a hundred origins whose challenges are all broken in some way cost nothing', async () => {
  await inParallel(async (index) => {
    const site = await startHostileSite(thisTest, () => ({
      status: 401,
      rawHeaders: ['WWW-Authenticate', `IAM realm="${index}", v="2"`, 'Iam-Auth-Kms-Key-Id', aws.state.key().arn],
    }))
    expect(await visitThrough(proxy.url, site.origin)).toMatchObject({ status: 401 })
  })
  expect(tally(aws)).toEqual(NOTHING)
})
