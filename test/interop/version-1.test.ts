import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NOTHING, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { keysOf, startProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { browse } from './original/browser.js'
import { createCookieJar } from './original/cookie-jar.js'
import { startOriginalClient } from './original/original-client.js'
import { startOriginalServer } from './original/original-server.js'

/** Version 1 against a client and a server that were written from the description of the wire alone. */

const forFile = thisFile()
let aws: LocalAws

const PAGE = { 'user-agent': 'Mozilla/5.0', accept: 'text/html,*/*', 'upgrade-insecure-requests': '1' }

beforeAll(async () => {
  aws = await startLocalAws({ region: 'eu-west-1' })
  forFile(aws.close)
})
beforeEach(() => aws.resetCalls())

async function originalClient() {
  const client = await startOriginalClient({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: keysOf(aws, 'alice'),
  })
  thisTest(() => client.close())
  return client
}

async function originalServer() {
  const server = await startOriginalServer({
    endpoint: aws.endpoint,
    region: aws.region,
    kmsKeyArn: aws.state.key().arn,
    salt: 'pepper',
    account: aws.state.account().id,
    credentials: keysOf(aws, 'server'),
  })
  thisTest(() => server.close())
  return server
}

describe('a client of the original and our middleware', () => {
  test('logs in where versions 1 and 2 are offered, by the bounce that gives it the challenge cookie', async () => {
    const client = await originalClient()
    const service = await startService(aws, thisTest, { protocols: [1, 2], salt: 'pepper' })
    const hops = await browse(`${service.url}/?a=1&b=c%20d`, { proxyPort: client.port, jar: createCookieJar() })
    expect(hops.at(-1)).toMatchObject({ status: 200, body: `${aws.state.user('alice').arn}\n` })
    expect(hops.at(-1)?.url).toBe(`${service.url}/?a=1&b=c%20d`)
    expect(hops.map(({ status }) => status)).toEqual([302, 303, 302, 303, 200])
    expect(service.log.filter(({ message }) => message === 'login')).toMatchObject([{ version: 1 }])
    expect(tally(aws)).toMatchObject({ Decrypt: 1 })
  })

  test('gives up without the cookie, instead of going in circles', async () => {
    const client = await originalClient()
    const service = await startService(aws, thisTest, { protocols: [1, 2] })
    const hops = await browse(`${service.url}/`, { proxyPort: client.port })
    expect(hops.at(-1)?.status).toBe(403)
    expect(tally(aws)['Decrypt']).toBeUndefined()
    expect(hops.length).toBeLessThan(6)
  })

  test('stops with its own 403 where only version 2 is offered, and sends nothing', async () => {
    const client = await originalClient()
    const service = await startService(aws, thisTest)
    const [hop] = await browse(`${service.url}/`, { proxyPort: client.port, jar: createCookieJar() })
    expect(hop).toMatchObject({ status: 403, body: expect.stringContaining('KMS key ID') })
    expect(tally(aws)).toEqual(NOTHING)
    expect(service.arrived).toEqual(['GET /'])
  })
})

describe('our proxy and a server of the original', () => {
  test('asks AWS nothing unless the origin is trusted for version 1, and says which command trusts it', async () => {
    const server = await originalServer()
    const proxy = await startProxy(aws, thisTest)
    const [script] = await browse(`${server.origin}/`, { proxyPort: proxy.port })
    expect(script?.status).toBe(401)
    const [page] = await browse(`${server.origin}/`, { proxyPort: proxy.port, headers: PAGE })
    expect(page?.status).toBe(403)
    expect(page?.body).toContain(`iam-auth-proxy trust add ${server.origin} --protocol 1`)
    expect(tally(aws)).toEqual(NOTHING)
    expect(server.logins).toEqual([])
  })

  test('redirects page loads as the original does, with the path as it was', async () => {
    const server = await originalServer()
    const proxy = await startProxy(aws, thisTest, { args: ['--trust', `${server.origin},protocol=1`] })
    const hops = await browse(`${server.origin}/?q=%2Fb+c`, {
      proxyPort: proxy.port,
      jar: createCookieJar(),
      headers: PAGE,
    })
    expect(hops.map(({ status }) => status)).toEqual([302, 302, 200])
    expect(hops[0]?.headers.location).toMatch(/^\/\/127\.0\.0\.1:\d+\/auth\?return_url=%2F%3Fq%3D%252Fb%2Bc&token=/)
    expect(hops.at(-1)).toMatchObject({ body: expect.stringContaining(aws.state.user('alice').arn) })
    expect(server.logins).toMatchObject([{ arn: aws.state.user('alice').arn, returnUrl: '/?q=%2Fb+c' }])
  })

  test('redeems the token itself for clients without a cookie jar, and asks for one token only', async () => {
    const first = await originalServer()
    const second = await originalServer()
    const trust = [first, second].flatMap(({ origin }) => ['--trust', `${origin},protocol=1`])
    const proxy = await startProxy(aws, thisTest, { args: trust })
    for (const { origin } of [first, second]) {
      const hops = await browse(`${origin}/`, { proxyPort: proxy.port, headers: { 'user-agent': 'curl/8.5.0' } })
      expect(hops).toMatchObject([{ status: 200, body: expect.stringContaining(aws.state.user('alice').arn) }])
    }
    // Each server asks GetCallerIdentity once, the proxy once for the token it keeps.
    expect(tally(aws)).toEqual({ GetSessionToken: 1, GetCallerIdentity: 3, Encrypt: 2, Decrypt: 2 })
  })

  test('tells users of roles that version 1 is not for them, before it asks AWS', async () => {
    const server = await originalServer()
    const credentials = aws.issueSession({ role: 'developer', sessionName: 'alice' })
    const proxy = await startProxy(aws, thisTest, { args: ['--trust', `${server.origin},protocol=1`], credentials })
    const [page] = await browse(`${server.origin}/`, { proxyPort: proxy.port, headers: PAGE })
    expect(page).toMatchObject({ status: 403, body: expect.stringContaining('ERR_IAM_CREDENTIALS_TEMPORARY') })
    expect(tally(aws)).toEqual(NOTHING)
  })
})

test('our proxy takes version 2 where both are offered, trusted for version 1 or not', async () => {
  const service = await startService(aws, thisTest, { protocols: [1, 2] })
  const proxy = await startProxy(aws, thisTest, { args: ['--trust', `${service.url},protocol=1`] })
  const [answer] = await browse(`${service.url}/`, { proxyPort: proxy.port })
  expect(answer?.status).toBe(200)
  expect(service.log.filter(({ message }) => message === 'login')).toMatchObject([{ version: 2 }])
  expect(tally(aws)['GetSessionToken']).toBeUndefined()
})
