import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FOREIGN_CHALLENGES } from '../../packages/protocol/test/foreign-challenges.js'
import { createIamFetch } from '../../packages/proxy/src/fetch/index.js'
import { requestBytes, sendRaw, startRawOrigin } from '../../packages/proxy/test/server/rig.js'
import { hostOf, send, takeChallenge, visitThrough } from '../security/hostile-site.js'
import { FIRST_LOGIN, NOTHING, ONE_LOGIN, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { startGateway } from '../support/gateway.js'
import { keysOf, startProxy, type TestProxy } from '../support/proxy.js'
import { type Arrange, startServiceBehind } from '../support/second-challenge.js'

/** Services that ask for other logins than ours, too, or for nothing of ours. */

const forFile = thisFile()
let aws: LocalAws
let proxy: TestProxy

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  forFile(useEndpoint(aws.endpoint))
  proxy = await startProxy(aws, forFile)
  const first = await startServiceBehind((ours) => [ours], aws, forFile)
  expect(await visitThrough(proxy.url, first.url)).toMatchObject({ status: 200 })
  expect(tally(aws)).toEqual(FIRST_LOGIN)
})
beforeEach(() => aws.resetCalls())

const COMMAND_LINE = ['User-Agent: curl/8.0', 'Accept: */*']
/** What a browser that sends no Sec-Fetch sends for a page. */
const PAGE = ['User-Agent: Mozilla/5.0', 'Upgrade-Insecure-Requests: 1', 'Accept: text/html,*/*']

const get = (port: number, url: string, lines: readonly string[] = COMMAND_LINE) =>
  sendRaw(port, requestBytes(url, [...lines, 'Connection: close']))

const linesOf = (answer: string) => answer.split('\r\n\r\n', 1)[0]?.split('\r\n').slice(1) ?? []
/** The field lines of an answer that ask for a login of any kind, as they came. */
const challengesOf = (answer: string) => linesOf(answer).filter((line) => /^www-authenticate:/i.test(line))

/** A service that speaks these lines and nothing of ours. */
async function startForeign(lines: readonly string[], status = '401 Unauthorized') {
  return startRawOrigin([`HTTP/1.1 ${status}`, ...lines, 'Content-Length: 10', '', 'who are u?'].join('\r\n'))
}

describe('a challenge of another scheme alone reaches the client as it is', () => {
  const alone = FOREIGN_CHALLENGES.map(([line]) => line)

  test.each([
    ...alone.map((line) => [[`WWW-Authenticate: ${line}`]]),
    [['www-AUTHENTICATE:Negotiate', 'WWW-Authenticate: NTLM', 'Www-Authenticate: Basic realm="a,  b"']],
    [['WWW-Authenticate: Bearer error=not quoted, no IAM']],
    [['WWW-Authenticate:']],
    [['Authentication-Info: IAM realm="123456789012"', 'X-Authenticate: IAM realm="123456789012"']],
  ])('%j', async (lines) => {
    const service = await startForeign(['X-Before: 1', ...lines, 'X-After: 1'])
    for (const [asked, client] of [COMMAND_LINE, PAGE].entries()) {
      const answer = await get(proxy.port, `${service.url}/`, client)
      expect(answer).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/)
      const kept = linesOf(answer).filter(
        (line) => !/^(?:via|connection|content-length|date|proxy-status):/i.test(line),
      )
      expect(kept).toEqual(['X-Before: 1', ...lines.map(normalised), 'X-After: 1'])
      expect(answer).toMatch(/\r\n\r\nwho are u\?$/)
      expect(answer).not.toMatch(/^proxy-status/im)
      expect(service.heads).toHaveLength(asked + 1)
    }
    expect(proxy.log('login not made').filter(({ origin }) => origin === service.url)).toEqual([])
    expect(tally(aws)).toEqual(NOTHING)
  })

  /** Node writes a space after the colon. */
  const normalised = (line: string) => line.replace(/^([^:]*): */, '$1: ')
})

const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`

describe('what another scheme quotes is no challenge of ours', () => {
  test.each<[what: string, arrange: Arrange]>([
    ['in a realm', (ours) => [`Basic realm=${quoted(ours)}`]],
    ['after a comma in a realm', (ours) => [`Basic realm=${quoted(`a, ${ours}, b`)}`]],
    ['beside two others', (ours) => ['Negotiate', `Bearer error="x", error_description=${quoted(`x", ${ours}`)}`]],
    ['never closed', (ours) => [`Basic realm="a, ${ours.replaceAll('"', '')}`]],
    ['as the parameter of another', (ours) => [`Bearer a=b, ${ours.replace('IAM realm', 'IAM = 1, realm')}`]],
  ])('%s', async (_what, arrange) => {
    const service = await startServiceBehind(arrange, aws, thisTest)
    const sent = await send(service.url, { method: 'GET', path: '/', headers: hostOf(service.url) })
    for (const client of [COMMAND_LINE, PAGE]) {
      const answer = await get(proxy.port, `${service.url}/`, client)
      expect(answer).toMatch(/^HTTP\/1\.1 401 /)
      expect(withoutId(challengesOf(answer))).toEqual(withoutId(challengesOf(asText(sent.rawHeaders))))
      expect(answer).not.toMatch(/^proxy-status/im)
    }
    const iamFetch = newFetch()
    const response = await iamFetch(`${service.url}/`)
    expect(response.status).toBe(401)
    expect(iamFetch.refusalOf(response)).toBeUndefined()
    expect(service.arrived.filter((line) => line.includes('/auth'))).toEqual([])
    expect(tally(aws)).toEqual(NOTHING)
  })
})

const ARRANGEMENTS: readonly [where: string, arrange: (foreign: string) => Arrange][] = [
  ['before ours in its line', (foreign) => (ours) => [`${foreign}, ${ours}`]],
  ['after ours in its line', (foreign) => (ours) => [`${ours} ,\t${foreign}`]],
  ['in a line before', (foreign) => (ours) => [foreign, ours]],
  ['in a line after, ours in capitals', (foreign) => (ours) => [ours.replace('IAM realm', 'IAM REALM'), foreign]],
  [
    'on both sides, ours in small letters',
    (foreign) => (ours) => [`${foreign}, ${ours.replace('IAM', 'iam')}, ${foreign}`, foreign],
  ],
]

describe.each(ARRANGEMENTS)('beside a challenge of another scheme, %s', (_where, arrange) => {
  test.each(FOREIGN_CHALLENGES.map(([line]) => line))('ours is answered: %j', async (foreign) => {
    const service = await startServiceBehind(arrange(foreign), aws, thisTest)
    const answer = await get(proxy.port, `${service.url}/`)
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toContain(aws.state.user('alice').arn)
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })
})

/** Each foreign challenge in one of the arrangements. */
const MIXED = FOREIGN_CHALLENGES.map(([line], index) => {
  const [where, arrange] = ARRANGEMENTS[index % ARRANGEMENTS.length] as (typeof ARRANGEMENTS)[number]
  return [line, where, arrange(line)] as const
})

test.each(MIXED)('a program’s own fetch answers ours beside %j, %s', async (_line, _where, arrange) => {
  const service = await startServiceBehind(arrange, aws, thisTest)
  const response = await newFetch()(`${service.url}/`)
  expect([response.status, await response.text()]).toEqual([200, `${aws.state.user('alice').arn}\n`])
  expect(tally(aws)).toEqual(FIRST_LOGIN)
})

describe('where no login is made', () => {
  let refused: TestProxy
  beforeAll(async () => {
    refused = await startProxy(aws, forFile, { credentials: keysOf(aws, 'server') })
  })

  test.each(MIXED)('the client gets ours and %j, %s', async (_line, _where, arrange) => {
    const service = await startServiceBehind(arrange, aws, thisTest)
    const sent = await send(service.url, { method: 'GET', path: '/', headers: hostOf(service.url) })
    const answer = await get(refused.port, `${service.url}/`)
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
    expect(withoutId(challengesOf(answer))).toEqual(withoutId(challengesOf(asText(sent.rawHeaders))))
    expect(answer).toMatch(/^proxy-status: .*ERR_IAM_ENCRYPT_DENIED/im)
    expect(answer).toContain('login_required')
  })

  test('a person gets a page that says why', async () => {
    const service = await startServiceBehind((ours) => [ours, 'Basic realm="x"'], aws, thisTest)
    expect(await get(refused.port, `${service.url}/`, PAGE)).toMatch(/^HTTP\/1\.1 403 .*ERR_IAM_ENCRYPT_DENIED/s)
  })
})

describe('at the gateway', () => {
  test('other challenges pass as they are, and ours is answered beside them', async () => {
    const foreign = await startForeign(['WWW-Authenticate: Bearer realm="IAM, x"', 'www-authenticate: Negotiate'])
    const beside = await startServiceBehind((ours) => ['Negotiate', `Basic realm="a, b", ${ours}`], aws, thisTest)
    const quoting = await startServiceBehind((ours) => [`Basic realm=${quoted(ours)}`], aws, thisTest)
    const sites = { foreign: foreign.url, beside: beside.url, quoting: quoting.url }
    const gateway = await startGateway(
      aws,
      Object.entries(sites).map(([name, url]) => `${url}=${name}`),
      thisTest,
      ['--allow-loopback'],
    )
    const at = (name: string) =>
      sendRaw(gateway.port, `GET / HTTP/1.1\r\nHost: ${name}.localhost:${gateway.port}\r\nConnection: close\r\n\r\n`)
    expect(challengesOf(await at('foreign'))).toEqual([
      'WWW-Authenticate: Bearer realm="IAM, x"',
      'www-authenticate: Negotiate',
    ])
    expect(challengesOf(await at('quoting'))).toHaveLength(1)
    expect(tally(aws)).toEqual(NOTHING)
    const answer = await at('beside')
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toContain(aws.state.user('alice').arn)
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })
})

describe('a challenge that is not in the 401 of the service is none', () => {
  test('in the 407 of another proxy on the way: the person is told, and nobody is logged in', async () => {
    const { url } = await startServiceBehind((ours) => [ours], aws, thisTest)
    const ours = await fieldLines(url)
    const company = await startForeign([...ours, 'Proxy-Authenticate: Basic realm="IAM, company"'], '407 Proxy')
    const args = ['--allow-loopback', '--upstream-proxy', `127.0.0.1=http://${company.host}`]
    const behind = await startProxy(aws, thisTest, { args })
    for (const client of [COMMAND_LINE, PAGE]) {
      const answer = await get(behind.port, `${url}/`, client)
      expect(answer).toMatch(/^HTTP\/1\.1 502 /)
      expect(answer).toContain('wants a user and a password')
      expect(challengesOf(answer)).toEqual([])
      expect(answer).not.toMatch(/^proxy-authenticate/im)
    }
    expect(behind.log('login not made')).toEqual([])
    expect(tally(aws)).toEqual(NOTHING)
  })

  test.each(['407 Proxy Authentication Required', '403 Forbidden', '400 Bad Request', '200 OK', '503 Busy'])(
    'in a %s of the service',
    async (status) => {
      const { url } = await startServiceBehind((ours) => [ours], aws, thisTest)
      const service = await startForeign(await fieldLines(url), status)
      const answer = await get(proxy.port, `${service.url}/`)
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`))
      expect(challengesOf(answer)).toHaveLength(1)
      expect(service.heads).toHaveLength(1)
      expect(tally(aws)).toEqual(NOTHING)
    },
  )

  /** The fields of a genuine challenge. */
  async function fieldLines(url: string): Promise<string[]> {
    return linesOf(asText(await takeChallenge(url)))
  }
})

/** Each 401 has a challenge of its own. */
function withoutId(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/(challenge|exp)=\\*"?[\w-]+/g, '$1'))
}

function newFetch() {
  return createIamFetch({ credentials: async () => keysOf(aws, 'alice'), region: aws.region })
}

/** The SDK in this process asks there, too. Returns what undoes it. */
function useEndpoint(endpoint: string): () => void {
  const before = process.env['AWS_ENDPOINT_URL']
  process.env['AWS_ENDPOINT_URL'] = endpoint
  return () => {
    if (before === undefined) delete process.env['AWS_ENDPOINT_URL']
    else process.env['AWS_ENDPOINT_URL'] = before
  }
}

/** A head as bytes, of headers in Node's flat form. */
function asText(rawHeaders: readonly string[]): string {
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []))
  return ['HTTP/1.1 401 X', ...lines, '', ''].join('\r\n')
}
