import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NOTHING, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { hostOf, send, startHostileSite, takeChallenge, visitThrough } from './hostile-site.js'

/** A site passes the challenge of a genuine service on to its visitor, to be logged in there in the visitor’s name. */

const forFile = thisFile()
let aws: LocalAws
let proxy: TestProxy

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  proxy = await startProxy(aws, forFile)
})
beforeEach(() => aws.resetCalls())

const visit = (origin: string) => visitThrough(proxy.url, origin)

describe('a relayed challenge logs nobody in', () => {
  test('passed on as it is: nobody is asked anything', async () => {
    const genuine = await startService(aws, thisTest)
    const site = await startHostileSite(thisTest, async () => ({
      status: 401,
      rawHeaders: await takeChallenge(genuine.url),
    }))
    expect(await visit(site.origin)).toMatchObject({ status: 401 })
    expect(tally(aws)).toEqual(NOTHING)
    expect(genuine.log.filter(({ message }) => message === 'login')).toEqual([])
  })

  test('with the origin rewritten in the header only: the encryption context gives it away', async () => {
    const genuine = await startService(aws, thisTest)
    const site = await startHostileSite(thisTest, async (_message, origin) => ({
      status: 401,
      rawHeaders: (await takeChallenge(genuine.url)).map((value) => value.replace(genuine.url, origin)),
    }))
    expect(await visit(site.origin)).toMatchObject({ status: 401 })
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('with origin and context rewritten: the genuine service cannot open what comes back', async () => {
    const genuine = await startService(aws, thisTest)
    const relayed: number[] = []
    const site = await startHostileSite(thisTest, async ({ method, body, rawHeaders }, origin) => {
      if (method === 'POST') {
        const cookie = rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === 'cookie') + 1] ?? ''
        const headers = { ...hostOf(genuine.url), 'Content-Type': 'application/json', Cookie: cookie }
        const { status } = await send(genuine.url, { method: 'POST', path: '/auth', headers, body })
        relayed.push(status)
        return { status, rawHeaders: [] }
      }
      const challenge = await takeChallenge(genuine.url)
      return {
        status: 401,
        rawHeaders: challenge.map((value) => rewriteContext(value.replace(genuine.url, origin), genuine.url, origin)),
      }
    })
    expect(await visit(site.origin)).toMatchObject({ status: 401 })
    expect(relayed).toEqual([403])
    expect(tally(aws)).toMatchObject({ Encrypt: 1, Decrypt: 1 })
    expect(genuine.log.filter(({ message }) => message === 'login')).toEqual([])
  })
})

function rewriteContext(value: string, from: string, to: string): string {
  const decoded = Buffer.from(value, 'base64').toString()
  return decoded.startsWith('{"iam-auth-v"') ? Buffer.from(decoded.replace(from, to)).toString('base64') : value
}
