/** The two peers against each other: a login, and what the original is known to get wrong. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startAws } from './aws.js'
import { browse, type Hop } from './browser.js'
import { createCookieJar } from './cookie-jar.js'
import { startOriginalClient } from './original-client.js'
import { startOriginalServer } from './original-server.js'

let aws: Awaited<ReturnType<typeof startAws>>
let service: Awaited<ReturnType<typeof startOriginalServer>>
let client: Awaited<ReturnType<typeof startOriginalClient>>

beforeAll(async () => {
  aws = await startAws()
})
afterAll(() => aws.close())

beforeEach(async () => {
  const { endpoint, region, account, kmsKeyArn } = aws
  service = await startOriginalServer({
    endpoint,
    region,
    account,
    kmsKeyArn,
    salt: 'pepper',
    credentials: aws.service,
  })
  client = await startOriginalClient({ endpoint, region, credentials: aws.user })
  return () => Promise.all([client.close(), service.close()])
})

const statuses = (hops: Hop[]) => hops.map((hop) => hop.status)

test('a browser that keeps cookies is logged in by two redirects', async () => {
  const jar = createCookieJar()
  const hops = await browse(`${service.origin}/?a=1`, { proxyPort: client.port, jar })

  expect(statuses(hops)).toEqual([302, 302, 200])
  expect(hops[2]).toMatchObject({ url: `${service.origin}/?a=1`, body: aws.userArn })
  expect(service.logins).toEqual([{ account: aws.account, arn: aws.userArn, returnUrl: '/?a=1' }])
  expect(client.stats).toMatchObject({ requests: 3, challenges: 1, redirects: 1, refusals: 0 })
})

test('the two redirects are, byte for byte, those of the original', async () => {
  const [toAuth, fromAuth] = await browse(`${service.origin}/?a=1`, { proxyPort: client.port })

  expect(toAuth).toMatchObject({ body: '', headers: { 'content-type': 'text/plain', 'content-length': '0' } })
  expect(toAuth?.headers.location).toMatch(
    new RegExp(`^//127\\.0\\.0\\.1:${service.port}/auth\\?return_url=%2F%3Fa%3D1&token=(?:[A-Za-z0-9]|%2[BF]|%3D)+$`),
  )
  expect(fromAuth?.headers.location).toBe('/?a=1')
  expect(fromAuth?.headers['set-cookie']).toEqual([expect.stringMatching(/^session=[\w.-]+; HttpOnly; Path=\/$/)])
})

test('a login is five AWS calls: three by the client, two by the service', async () => {
  aws.local.resetCalls()
  await browse(`${service.origin}/`, { proxyPort: client.port, jar: createCookieJar() })

  const { user, service: own, userArn, local } = aws
  const calls = local.calls().map(({ action, accessKeyId, principalArn }) => [action, accessKeyId, principalArn])
  expect(calls).toEqual([
    ['GetCallerIdentity', user.accessKeyId, userArn],
    ['GetSessionToken', user.accessKeyId, userArn],
    ['Encrypt', user.accessKeyId, userArn],
    ['Decrypt', own.accessKeyId, local.state.user('server').arn],
    ['GetCallerIdentity', expect.stringMatching(/^ASIA/), userArn],
  ])
})

test('the challenge has three headers and a context with a space after its colon', async () => {
  const response = await fetch(`${service.origin}/`)

  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toBe(`IAM realm="${aws.account}"`)
  expect(response.headers.get('iam-auth-kms-key-id')).toBe(aws.kmsKeyArn)
  expect(response.headers.get('iam-auth-kms-encryption-context')).toBe('eyJzYWx0IjogInBlcHBlciJ9')
})

test('a session needs no AWS call', async () => {
  const jar = createCookieJar()
  await browse(`${service.origin}/`, { proxyPort: client.port, jar })
  const hops = await browse(`${service.origin}/again`, { proxyPort: client.port, jar })

  expect(statuses(hops)).toEqual([200])
  expect(client.stats.calls).toEqual({ GetCallerIdentity: 1, GetSessionToken: 1, Encrypt: 1 })
})

test('a forged session is challenged', async () => {
  const headers = { cookie: `session=${Buffer.from(aws.userArn).toString('base64url')}.${'A'.repeat(43)}` }
  expect((await fetch(service.origin, { headers })).status).toBe(401)
})

test('a client without cookies goes round in circles, every lap a full round of AWS calls', async () => {
  const hops = await browse(`${service.origin}/`, { proxyPort: client.port, maxRedirects: 5 })

  expect(statuses(hops)).toEqual([302, 302, 302, 302, 302, 302])
  expect(client.stats.calls).toEqual({ GetCallerIdentity: 3, GetSessionToken: 3, Encrypt: 3 })
  expect(service.logins).toHaveLength(3)
})

test('five challenges at once are answered by five rounds of AWS calls', async () => {
  const login = () => browse(`${service.origin}/`, { proxyPort: client.port, jar: createCookieJar() })
  const logins = await Promise.all([1, 2, 3, 4, 5].map(login))

  expect(logins.map((hops) => hops.at(-1)?.status)).toEqual([200, 200, 200, 200, 200])
  expect(client.stats.calls).toEqual({ GetCallerIdentity: 5, GetSessionToken: 5, Encrypt: 5 })
})

test('a challenged POST comes back as a GET without its body', async () => {
  const options = { proxyPort: client.port, jar: createCookieJar(), method: 'POST', body: 'lost' }
  const hops = await browse(`${service.origin}/form`, options)
  expect(hops.at(-1)).toMatchObject({ url: `${service.origin}/form`, status: 200 })
})

test.each([
  ['/a%2Fb+%2B', '/a/b++'],
  ['/?', '/'],
  ['/x?y=%2F&z=a+b', '/x?y=%2F&z=a+b'],
  ['//evil/x', '//evil/x'],
])('the return path of %s is %s', async (path, returnUrl) => {
  await browse(`${service.origin}${path}`, { proxyPort: client.port, jar: createCookieJar(), maxRedirects: 1 })
  expect(service.logins.map((login) => login.returnUrl)).toEqual([returnUrl])
})

test('a used token opens a second session, and the redirect goes wherever it is told', async () => {
  const [, auth] = await browse(`${service.origin}/`, { proxyPort: client.port })
  const replayed = (auth?.url ?? '').replace('return_url=%2F', 'return_url=%2F%2Fevil')
  const response = await fetch(replayed, { redirect: 'manual' })

  expect(response.headers.get('location')).toBe('//evil')
  expect(response.headers.get('set-cookie')).toMatch(/^session=/)
})
