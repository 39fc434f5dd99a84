import { createHash, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { RANGE_TEXT } from '../support/application.js'
import { FIRST_LOGIN, NOTHING, ONE_LOGIN, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { type CurlResult, curl } from '../support/curl.js'
import { findProgram, isMissing } from '../support/programs.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { type ServiceOptions, startService } from '../support/service.js'
import { makeDirectory } from '../support/temporary-directory.js'

const forFile = thisFile()
let aws: LocalAws
let proxy: TestProxy

const service = (options?: ServiceOptions) => startService(aws, thisTest, options)
const fetchWith = (...args: string[]) => curl(proxy.url, args, thisTest)
const echoOf = ({ text }: CurlResult) => JSON.parse(text) as Record<string, unknown>
const MIB = 1024 * 1024

describe.skipIf(isMissing(findProgram('curl'), 'curl'))('curl through the proxy', () => {
  beforeAll(async () => {
    aws = await startLocalAws()
    forFile(aws.close)
    proxy = await startProxy(aws, forFile)
    const first = await startService(aws, forFile)
    const answer = await curl(proxy.url, [first.url], forFile)
    expect(answer).toMatchObject({ status: 200, text: `${aws.state.user('alice').arn}\n` })
    expect(tally(aws)).toEqual(FIRST_LOGIN)
    expect(aws.calls().map(({ action, principalArn }) => `${action} ${principalArn?.split('/')[1]}`)).toEqual([
      'GetCallerIdentity alice',
      'Encrypt alice',
      'Decrypt server',
      'GetCallerIdentity alice',
    ])
  })
  beforeEach(() => aws.resetCalls())

  test.each<[name: string, args: readonly string[], path: string, status: number, answered: object]>([
    ['GET', [], '/echo?a=%2F&b=//x', 200, { method: 'GET', size: 0 }],
    ['POST of a form', ['-d', 'note=a%26b'], '/echo', 200, { method: 'POST', text: 'note=a%26b' }],
    ['PUT of JSON', ['-X', 'PUT', '--json', '{"a":1}'], '/echo', 200, { method: 'PUT', text: '{"a":1}' }],
    ['PATCH', ['-X', 'PATCH', '-d', 'x'], '/echo', 200, { method: 'PATCH', text: 'x' }],
    ['DELETE with a body', ['-X', 'DELETE', '-d', 'x'], '/echo', 200, { method: 'DELETE', text: 'x' }],
    ['POST without a body', ['-X', 'POST'], '/echo', 200, { method: 'POST', size: 0 }],
    ['chunked upload', ['-H', 'Transfer-Encoding: chunked', '-d', 'chunks'], '/echo', 200, { text: 'chunks' }],
    ['OPTIONS that is no preflight', ['-X', 'OPTIONS'], '/echo', 401, { error: 'login_required' }],
  ])('%s: the request arrives as it was, with a login before it', async (_name, args, path, status, answered) => {
    const { url } = await service()
    const answer = await fetchWith(...args, url + path)
    expect(answer).toMatchObject({ exitCode: 0, status })
    expect(echoOf(answer)).toMatchObject(answered)
    expect(tally(aws)).toEqual(status === 200 ? ONE_LOGIN : NOTHING)
  })

  test('HEAD, DELETE without content, a range and a compressed answer come through after a login', async () => {
    const { url } = await service()
    const head = await fetchWith('-I', `${url}/range`)
    expect(head).toMatchObject({ exitCode: 0, status: 200 })
    expect(head.header('content-length')).toBe(String(RANGE_TEXT.length))
    expect(await fetchWith('-X', 'DELETE', `${url}/things/1`)).toMatchObject({ exitCode: 0, status: 204 })
    const range = await fetchWith('-r', '10-15', `${url}/range`)
    expect(range).toMatchObject({ status: 206, text: RANGE_TEXT.slice(10, 16) })
    expect(range.header('content-range')).toBe('bytes 10-15/36')
    expect(await fetchWith('--compressed', `${url}/compressed`)).toMatchObject({ text: 'it was compressed\n' })
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  test('without a cookie jar a hundred requests of twenty-five processes make one login', async () => {
    const { url } = await service()
    const paths = ['a', 'b', 'c', 'd'].map((name) => `${url}/echo?${name}`)
    const answers = await Promise.all(Array.from({ length: 25 }, () => fetchWith(...paths)))
    expect(answers.every(({ status, exitCode }) => status === 200 && exitCode === 0)).toBe(true)
    expect(tally(aws)).toEqual(ONE_LOGIN)
    expect((await fetchWith(`${url}/echo`)).status).toBe(200)
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  test('twenty requests at once without a session make one login', async () => {
    const { url } = await service()
    const paths = Array.from({ length: 20 }, (_, i) => `${url}/echo?${i}`)
    const answer = await fetchWith('-Z', '--parallel-immediate', ...paths)
    expect(answer.statuses).toHaveLength(20)
    expect(new Set(answer.statuses)).toEqual(new Set([200]))
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  test('a session that has expired is made anew without anybody noticing', async () => {
    const { url, clock } = await service({ sessionSeconds: 60 })
    await fetchWith(url)
    clock.advance(61)
    expect(await fetchWith('-d', 'again', `${url}/echo`)).toMatchObject({ status: 200, statuses: [200] })
    expect(tally(aws)).toEqual({ Decrypt: 2, Encrypt: 2, GetCallerIdentity: 2 })
  })

  describe('large uploads', () => {
    async function upload(size: number) {
      const bytes = randomBytes(size)
      const file = join(await makeDirectory(thisTest), 'upload')
      await writeFile(file, bytes)
      return { file, sha256: createHash('sha256').update(bytes).digest('hex'), jar: `${file}.cookies` }
    }

    test('one within the replay limit is sent again whole', async () => {
      const { url } = await service()
      const { file, sha256 } = await upload(MIB - 1)
      const answer = await fetchWith('-T', file, `${url}/echo`)
      expect(answer.statuses.filter((status) => status !== 100)).toEqual([200])
      expect(echoOf(answer)).toMatchObject({ method: 'PUT', size: MIB - 1, sha256 })
      expect(tally(aws)).toEqual(ONE_LOGIN)
    })

    test.each([
      ['with Content-Length', []],
      ['chunked', ['-H', 'Transfer-Encoding: chunked']],
      ['without Expect', ['-H', 'Expect:']],
      ['with Expect: 100-continue', ['-H', 'Expect: 100-continue']],
    ])('one of 5 MiB %s gets 307 and the cookie, and -L completes it', async (_name, args) => {
      const { url } = await service()
      const { file, sha256, jar } = await upload(5 * MIB)
      const answer = await fetchWith('-L', '-c', jar, '-b', jar, ...args, '-T', file, `${url}/echo`)
      expect(answer.statuses.filter((status) => status !== 100)).toEqual([307, 200])
      expect(answer.url).toBe(`${url}/echo`)
      expect(echoOf(answer)).toMatchObject({ method: 'PUT', size: 5 * MIB, sha256 })
      expect(tally(aws)).toEqual(ONE_LOGIN)
    })

    test('one of 5 MiB with a session goes straight through', async () => {
      const { url } = await service()
      const { file, sha256, jar } = await upload(5 * MIB)
      await fetchWith('-c', jar, url)
      const answer = await fetchWith('-b', jar, '-T', file, `${url}/echo`)
      expect(answer.statuses.filter((status) => status !== 100)).toEqual([200])
      expect(echoOf(answer)).toMatchObject({ size: 5 * MIB, sha256 })
      expect(tally(aws)).toEqual(ONE_LOGIN)
    })

    test('one of 5 MiB of a client that takes no cookies costs one login, however often it comes', async () => {
      const { url, seen } = await service()
      const { file } = await upload(5 * MIB)
      const answer = await fetchWith('-L', '--max-redirs', '4', '-T', file, `${url}/echo`)
      // One redirect a connection, then the service's 401: it is up to curl whether it opens another connection.
      expect([307, 401]).toContain(answer.status)
      expect(seen).toEqual([])
      expect(tally(aws)).toEqual(ONE_LOGIN)
    })
  })

  test.each<[name: string, fields: readonly string[]]>([
    ['another site’s Origin', ['Origin: http://evil.example']],
    ['Origin null', ['Origin: null']],
    ['another site’s Referer', ['Referer: http://evil.example/']],
    ['a browser’s image', ['User-Agent: Mozilla/5.0', 'Accept: image/avif']],
    ['a cross-site fetch', ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty']],
    ['a frame', ['Sec-Fetch-Site: none', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe', 'Origin: null']],
    ['a prefetch', ['Upgrade-Insecure-Requests: 1', 'Accept: text/html', 'Sec-Purpose: prefetch']],
  ])('%s gets the untouched 401 and no call', async (_name, fields) => {
    const { url } = await service()
    const answer = await fetchWith(...fields.flatMap((field) => ['-H', field]), url)
    expect(answer.status).toBe(401)
    expect(answer.header('www-authenticate')).toMatch(/^IAM realm=/)
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('another site cannot use the session that the proxy keeps for curl', async () => {
    const { url } = await service()
    await fetchWith(url)
    expect((await fetchWith('-H', 'Origin: http://evil.example', '-d', 'x', `${url}/echo`)).status).toBe(401)
    expect((await fetchWith('-A', 'Mozilla/5.0', `${url}/echo`)).status).toBe(401)
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  test('a Basic challenge passes untouched, and so does one beside a malformed IAM challenge', async () => {
    const challenges = ['Basic realm="files"', 'Basic realm="IAM files"', 'IAM nonsense, Basic realm="files"']
    const { url } = await service({
      before: (app) =>
        app.get('/basic/:index', (req, res) => {
          res.status(401).set('WWW-Authenticate', challenges[Number(req.params.index)]).send('a password, please')
        }),
    })
    for (const [index, challenge] of challenges.entries()) {
      const answer = await fetchWith(`${url}/basic/${index}`)
      expect(answer).toMatchObject({ status: 401, text: 'a password, please' })
      expect(answer.header('www-authenticate')).toBe(challenge)
    }
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('logging out ends the session for curl as well, and the next request makes another', async () => {
    const { url, log } = await service()
    await fetchWith(url)
    const jar = join(await makeDirectory(thisTest), 'jar')
    await fetchWith('-c', jar, url)
    expect((await fetchWith('-b', jar, '-X', 'POST', `${url}/auth/logout`)).status).toBe(204)
    expect(log.some(({ message }) => message === 'logout')).toBe(true)
    expect((await curl(undefined, ['-b', jar, url], thisTest)).status).toBe(401)
  })
})
