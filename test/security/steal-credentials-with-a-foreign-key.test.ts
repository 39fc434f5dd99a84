import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { formatChallenge, formatEncryptionContext } from 'iam-auth-protocol'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NOTHING, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { challengeCookie, hostOf, send, startHostileSite, visitThrough } from './hostile-site.js'

/** A site asks for a login under a key of its choice, and keeps what it is sent. */

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

const visit = (origin: string) => visitThrough(proxy.url, origin)

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
