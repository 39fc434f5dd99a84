import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NOTHING, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { hostOf, send, visitThrough } from './hostile-site.js'

/** Somebody has seen a login cross the wire, and sends it again. */

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

describe('a captured login is worth nothing', () => {
  test('sent a second time it is refused without a call to AWS', async () => {
    let captured: { body: string; cookie: string } | undefined
    const genuine = await startService(aws, thisTest, {
      before: (app) =>
        app.use((req, _res, next) => {
          if (req.method !== 'POST' || captured !== undefined) return next()
          const chunks: Buffer[] = []
          req.on('data', (chunk: Buffer) => chunks.push(chunk))
          req.on('end', () => {
            captured = { body: Buffer.concat(chunks).toString(), cookie: req.headers.cookie ?? '' }
          })
          next()
        }),
    })
    expect(await visit(genuine.url)).toMatchObject({ status: 200 })
    expect(captured).toBeDefined()
    aws.resetCalls()
    const headers = { ...hostOf(genuine.url), 'Content-Type': 'application/json', Cookie: captured?.cookie ?? '' }
    const replays = await Promise.all(
      Array.from({ length: 50 }, () =>
        send(genuine.url, { method: 'POST', path: '/auth', headers, body: captured?.body ?? '' }),
      ),
    )
    expect(new Set(replays.map(({ status }) => status))).toEqual(new Set([403]))
    expect(tally(aws)).toEqual(NOTHING)
  })
})
