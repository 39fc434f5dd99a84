import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FIRST_LOGIN, NOTHING, tally } from '../support/aws-tally.js'
import { type Keeper, thisFile, thisTest } from '../support/cleanup.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { startService, type TestService } from '../support/service.js'
import { admitted, refusals } from './attempts.js'
import { type Answer, type HostileSite, send, startHostileSite, visitThrough } from './hostile-site.js'

/** Somebody on an unencrypted way edits what a genuine service offers, to be sent something weaker. */

const forFile = thisFile()
let aws: LocalAws
let stranger: TestProxy
/** One hop and one proxy that trusts it for version 1, for all tests. */
let trusted: Hop
let trusting: TestProxy

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  stranger = await startProxy(aws, forFile)
  trusted = await startHop(forFile)
  const trust = ['--trust', `${trusted.site.origin},protocol=1`]
  trusting = await startProxy(aws, forFile, { args: ['--allow-loopback', ...trust] })
})
beforeEach(() => aws.resetCalls())

/** One change of the challenge, as its raw headers are joined: `Name: value`, a line each. */
type Edit = (challenge: string) => string

const replacing = (from: string | RegExp, to: string) => (challenge: string) => {
  const edited = challenge.replace(from, to)
  if (edited === challenge) throw new Error(`nothing to replace: ${from}`)
  return edited
}

describe('an offer that was edited in transit, in a way that the proxy cannot see, binds the proof to the edited one', () => {
  test.each<[what: string, edit: Edit]>([
    ['version 1 taken out', replacing('v="1 2"', 'v="2"')],
    ['a version put in', replacing('v="1 2"', 'v="1 2 3"')],
    ['the versions in another order', replacing('v="1 2"', 'v="2 1"')],
    ['a proof put in front', replacing('proof="sts-kms"', 'proof="none sts-kms"')],
    ['a proof put behind', replacing('proof="sts-kms"', 'proof="sts-kms none"')],
    ['a later end', (text) => text.replace(/exp="(\d+)"/, (_, exp: string) => `exp="${Number(exp) + 500}"`)],
    ['a path that is the default', replacing(', auth="/auth"', '')],
  ])('%s: the service takes nobody in', async (_, edit) => {
    const { site, service } = await startHop(thisTest, edit)
    expect(await visitThrough(stranger.url, site.origin)).toMatchObject({ status: 401 })
    expect(site.captured.filter(({ method }) => method === 'POST')).toHaveLength(1)
    expect([admitted(service), refusals(service)]).toEqual([[], ['ERR_IAM_SEAL']])
    // The sealed proof does not open under the binding that the service knows: STS is not asked.
    const { GetCallerIdentity = 0, ...rest } = tally(aws)
    expect([rest, GetCallerIdentity <= 1]).toEqual([{ Encrypt: 1, Decrypt: 1 }, true])
  })

  test('unedited, the same way, it takes Alice in', async () => {
    const { site, service } = await startHop(thisTest)
    expect(await visitThrough(stranger.url, site.origin)).toMatchObject({ status: 200 })
    expect(admitted(service)).toEqual([aws.state.user('alice').arn])
  })
})

describe('an offer that was edited in a way that the proxy does see is not answered', () => {
  const whole = /^WWW-Authenticate: .*$/im
  test.each<[what: string, edit: Edit]>([
    ['version 1 alone', replacing('v="1 2"', 'v="1"')],
    ['no versions', replacing('v="1 2", ', '')],
    ['nothing of version 2 but the context', replacing(whole, 'WWW-Authenticate: IAM realm="123456789012"')],
    ['a proof that is not known, alone', replacing('proof="sts-kms"', 'proof="none"')],
    ['another realm', replacing('realm="123456789012"', 'realm="210987654321"')],
    ['a region of another partition', replacing(', challenge=', ', sts="cn-north-1", challenge=')],
    ['another challenge', replacing(/challenge="../, 'challenge="xx')],
    ['the version twice', replacing('v="1 2"', 'v="1 2", v="1"')],
    ['a second challenge', (text) => `${text}\nWWW-Authenticate: IAM realm="123456789012"`],
  ])('%s: nobody is asked, also where version 1 is trusted', async (_, edit) => {
    const { site, service } = trusted
    site.captured.length = 0
    trusted.edit = edit
    for (const { url } of [stranger, trusting]) {
      expect(await visitThrough(url, site.origin)).toMatchObject({ status: 401 })
    }
    expect(site.captured.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /', 'GET /'])
    expect([admitted(service), tally(aws)]).toEqual([[], NOTHING])
  })
})

test('where version 1 is trusted, an origin that has once offered version 2 is never again answered in version 1', async () => {
  const { site, service } = trusted
  trusted.edit = (challenge) => challenge
  expect(await visitThrough(trusting.url, site.origin)).toMatchObject({ status: 200 })
  expect(tally(aws)).toEqual(FIRST_LOGIN)
  trusted.edit = asTheOriginal
  service.clock.advance(3601) // the session has ended, so that a challenge is to be answered again
  aws.resetCalls()
  expect(await visitThrough(trusting.url, site.origin)).toMatchObject({ status: 401 })
  expect(tally(aws)).toEqual(NOTHING)
  expect(trusting.log('login not made').at(-1)).toMatchObject({ code: 'ERR_IAM_VERSION_NOT_ALLOWED' })
})

/** What the original's servers would ask for. */
function asTheOriginal(challenge: string): string {
  const key = challenge.split('\n').filter((line) => /^iam-auth-kms-key/i.test(line))
  const context = Buffer.from('{"salt": "mine"}').toString('base64')
  return ['WWW-Authenticate: IAM realm="123456789012"', ...key, `Iam-Auth-Kms-Encryption-Context: ${context}`].join(
    '\n',
  )
}

interface Hop {
  readonly site: HostileSite
  readonly service: TestService
  edit: Edit
}

/** A service of both versions, behind a hop that passes everything on and edits the challenge on its way back. */
async function startHop(keep: Keeper, edit: Edit = (challenge) => challenge): Promise<Hop> {
  const site = await startHostileSite(keep, async ({ method, path, rawHeaders, body }) => {
    const pairs = rawHeaders.flatMap((name, at) =>
      at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1] ?? '']] : [],
    )
    const { connection: _connection, 'content-length': _length, ...headers } = Object.fromEntries(pairs)
    const answer = await send(hop.service.url, { method, path, headers, body })
    return edited(answer, hop.edit)
  })
  const service = await startService(aws, keep, { origin: site.origin, protocols: [1, 2] })
  const hop: Hop = { site, service, edit }
  return hop
}

function edited({ status, rawHeaders, body = '' }: Answer, edit: Edit): Answer {
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []))
  const kept = lines.filter((line) => !/^(?:connection|content-length|transfer-encoding|keep-alive):/i.test(line))
  const text = status === 401 ? edit(kept.join('\n')) : kept.join('\n')
  const fields = text.split('\n').flatMap((line) => [line.split(': ', 1)[0] ?? '', line.slice(line.indexOf(': ') + 2)])
  return { status, rawHeaders: fields, body }
}
