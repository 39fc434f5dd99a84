import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { formatChallenge, formatEncryptionContext } from 'iam-auth-protocol'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NOTHING, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { send, startHostileSite, takeChallenge } from './hostile-site.js'

/** Sites that want credentials, or a login at somebody else's service. What they get is counted at AWS. */

const forFile = thisFile()
let aws: LocalAws
let proxy: TestProxy

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  aws.state.addAccount({ id: '666666666666', users: [{ name: 'mallory' }], keys: [{ aliases: ['alias/trap'] }] })
  proxy = await startProxy(aws, forFile)
})
beforeEach(() => aws.resetCalls())

/** A script of the victim asks for a page of this origin, through the proxy. */
const visit = (origin: string) =>
  send(proxy.url, { method: 'GET', path: `${origin}/`, headers: { Host: new URL(origin).host } })

interface Trap {
  readonly realm: string
  readonly keyArn: string
  readonly versions?: readonly number[]
}

/** A challenge of the attacker's own making, perfectly formed, for the attacker's own origin. */
function ownChallenge(origin: string, { realm, keyArn, versions = [2] }: Trap): string[] {
  const challenge = 'AGlVuQAAAQIDBAUGBwgJCgsMDQ4P'
  const context = {
    'iam-auth-v': '2',
    'iam-auth-origin': origin,
    'iam-auth-challenge': challenge,
    'iam-auth-realm': realm,
  }
  const offer = {
    ...{ realm, versions, origin, challenge, keyArn, authPath: '/auth', stsRegions: ['us-east-1'] },
    expSeconds: Math.floor(Date.now() / 1000) + 120,
    encryptionContextHeader: formatEncryptionContext(context),
  }
  return [...formatChallenge(offer).flat(), 'Set-Cookie', `iam_auth_c=${challenge}.kid.mac; Path=/`]
}

describe('a hostile service gets no credential', () => {
  const trapKey = () => aws.state.key('alias/trap', '666666666666').arn

  test('by a key of its own for the victim’s realm: nobody is asked anything', async () => {
    const site = await startHostileSite(thisTest, (_message, origin) => ({
      status: 401,
      rawHeaders: ownChallenge(origin, { realm: '123456789012', keyArn: trapKey() }),
    }))
    expect(await visit(site.origin)).toMatchObject({ status: 401 })
    expect(tally(aws)).toEqual(NOTHING)
    expect(site.captured.map(({ method }) => method)).toEqual(['GET'])
  })

  test('by a key and a realm of its own: the victim is of another account, so KMS is not asked', async () => {
    const site = await startHostileSite(thisTest, (_message, origin) => ({
      status: 401,
      rawHeaders: ownChallenge(origin, { realm: '666666666666', keyArn: trapKey() }),
    }))
    expect(await visit(site.origin)).toMatchObject({ status: 401 })
    expect(tally(aws)['Encrypt']).toBeUndefined()
    expect(site.captured.map(({ method }) => method)).toEqual(['GET'])
  })

  test('by asking for version 1, as the original’s servers do', async () => {
    const context = Buffer.from('{"salt": "x"}').toString('base64')
    const site = await startHostileSite(thisTest, () => ({
      status: 401,
      rawHeaders: [
        ...['WWW-Authenticate', 'IAM realm="123456789012"', 'Iam-Auth-Kms-Key-Id', aws.state.key().arn],
        ...['Iam-Auth-Kms-Encryption-Context', context],
      ],
    }))
    expect(await visit(site.origin)).toMatchObject({ status: 401 })
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('by naming the victim’s own key for its own origin: the proof is worth nothing anywhere else', async () => {
    const genuine = await startService(aws, thisTest)
    const site = await startHostileSite(thisTest, ({ method }, origin) =>
      method === 'POST'
        ? { status: 403, rawHeaders: [] }
        : { status: 401, rawHeaders: ownChallenge(origin, { realm: '123456789012', keyArn: aws.state.key().arn }) },
    )
    expect(await visit(site.origin)).toMatchObject({ status: 401 })
    const proof = site.captured.find(({ method }) => method === 'POST')
    expect(proof?.body).toMatch(/^\{"v":2,/)
    expect(proof?.body).not.toMatch(/AKIA|ASIA/)
    aws.resetCalls()
    const cookie = await challengeCookie(genuine.url)
    const headers = { ...hostOf(genuine.url), 'Content-Type': 'application/json', Cookie: cookie.pair }
    const body = proof?.body.replace(/"challenge":"[^"]*"/, `"challenge":"${cookie.id}"`)
    expect(await send(genuine.url, { method: 'POST', path: '/auth', headers, body: body ?? '' })).toMatchObject({
      status: 403,
    })
    expect(tally(aws)).toEqual({ Decrypt: 1 })
  })
})

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

function hostOf(origin: string): { Host: string } {
  return { Host: new URL(origin).host }
}

async function challengeCookie(origin: string): Promise<{ id: string; pair: string }> {
  const challenge = await takeChallenge(origin)
  const line = challenge[challenge.findIndex((name) => name.toLowerCase() === 'set-cookie') + 1] ?? ''
  const [pair = ''] = line.split(';')
  return { pair, id: pair.split('=')[1]?.split('.')[0] ?? '' }
}

function rewriteContext(value: string, from: string, to: string): string {
  const decoded = Buffer.from(value, 'base64').toString()
  return decoded.startsWith('{"iam-auth-v"') ? Buffer.from(decoded.replace(from, to)).toString('base64') : value
}
