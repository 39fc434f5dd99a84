import { createHash, randomBytes } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { RANGE_TEXT } from '../support/application.js'
import { NOTHING, ONE_LOGIN, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { type CurlResult, curl } from '../support/curl.js'
import { type Certificate, installAuthority, makeCertificate, startTlsFront } from '../support/https.js'
import { findProgram, isMissing } from '../support/programs.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { type ServiceOptions, startService } from '../support/service.js'
import { type SocksServer, startSocksServer } from '../support/socks-server.js'
import { makeDirectory } from '../support/temporary-directory.js'

const forFile = thisFile()
const isHere = !isMissing(findProgram('curl'), 'curl') && !isMissing(findProgram('openssl'), 'openssl')
const MIB = 1024 * 1024
let aws: LocalAws
let socks: SocksServer
let proxy: TestProxy
let certificate: Certificate
let authority: { configFolder: string; root: string }
let services = 0

/** At a name of its own, which is trusted where it is below corp.test; its TLS ends before the service, with a private certificate. */
async function serviceBelow(parent: string, options: ServiceOptions = {}, shown = certificate, keep = thisTest) {
  services += 1
  const origin = `https://s${services}.${parent}`
  const service = await startService(aws, keep, { ...options, origin })
  const front = await startTlsFront(() => service.port, shown, keep)
  socks.map(`${new URL(origin).hostname}:443`, front.port)
  return { ...service, origin, front }
}

const echoOf = ({ text }: CurlResult) => JSON.parse(text) as Record<string, unknown>
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe.runIf(isHere)('https through the proxy', () => {
  beforeAll(async () => {
    aws = await startLocalAws()
    forFile(aws.close)
    socks = await startSocksServer(forFile)
    certificate = await makeCertificate(['*.corp.test', '*.other.test'], forFile)
    authority = await installAuthority(['corp.test'], forFile)
    const trusted = ['--trust', `https://*.corp.test,key-account=${aws.state.account().id}`]
    const reached = ['--socks-proxy', `127.0.0.1:${socks.port}`, '--upstream-ca', certificate.path]
    proxy = await startProxy(aws, forFile, { args: [...reached, ...trusted, '--config-dir', authority.configFolder] })
  })
  beforeEach(() => aws.resetCalls())
  const withRoot = (...args: string[]) => curl(proxy.url, ['--cacert', authority.root, ...args], thisTest)

  describe.each(['--http1.1', '--http2'])('of a trusted service, with curl %s', (version) => {
    const fetchWith = (...args: string[]) => withRoot(version, ...args)
    beforeAll(async () => {
      // Who we are is asked once.
      const { origin } = await serviceBelow('corp.test', {}, certificate, forFile)
      await curl(proxy.url, ['--cacert', authority.root, `${origin}/`], forFile)
    })

    test.each<[name: string, args: readonly string[], answered: object]>([
      ['GET', [], { method: 'GET', size: 0 }],
      ['POST of a form', ['-d', 'note=a%26b'], { method: 'POST', text: 'note=a%26b' }],
      ['POST of a file', ['-F', 'f=@-;filename=x'], { method: 'POST' }],
      ['PUT of JSON', ['-X', 'PUT', '--json', '{"a":1}'], { method: 'PUT', text: '{"a":1}' }],
      ['PATCH', ['-X', 'PATCH', '-d', 'x'], { method: 'PATCH', text: 'x' }],
      ['DELETE with a body', ['-X', 'DELETE', '-d', 'x'], { method: 'DELETE', text: 'x' }],
      ['POST without a body', ['-X', 'POST'], { method: 'POST', size: 0 }],
      ['an upload without a length', ['-H', 'Transfer-Encoding: chunked', '-d', 'chunks'], { text: 'chunks' }],
      ['Expect: 100-continue', ['-H', 'Expect: 100-continue', '-d', 'x'.repeat(2000)], { size: 2000 }],
      ['gRPC-web', ['-H', 'Content-Type: application/grpc-web-text', '-d', 'AAAAAAA='], { text: 'AAAAAAA=' }],
    ])('%s: the request arrives as it was, with a login before it', async (_name, args, answered) => {
      const { origin } = await serviceBelow('corp.test')
      const answer = await fetchWith(...args, `${origin}/echo?a=%2F&b=//x`)
      expect(answer).toMatchObject({ exitCode: 0, status: 200 })
      expect(echoOf(answer)).toMatchObject(answered)
      expect(tally(aws)).toEqual(ONE_LOGIN)
    })

    test('HEAD, DELETE, a range and a compressed answer come through', async () => {
      const { origin } = await serviceBelow('corp.test')
      expect(await fetchWith('-I', `${origin}/page`)).toMatchObject({ exitCode: 0, status: 200 })
      expect(await fetchWith('-X', 'DELETE', `${origin}/things/1`)).toMatchObject({ status: 204 })
      const range = await fetchWith('-r', '3-7', `${origin}/range`)
      expect(range).toMatchObject({ status: 206, text: RANGE_TEXT.slice(3, 8) })
      expect((await fetchWith('--compressed', `${origin}/compressed`)).text).toBe('it was compressed\n')
      expect(tally(aws)).toEqual(ONE_LOGIN)
    })

    test('20 MiB go up and come down whole', async () => {
      const { origin } = await serviceBelow('corp.test', {
        before: (app) => void app.get('/public/large', (_req, res) => void res.send(Buffer.alloc(20 * MIB, 'l'))),
      })
      const folder = await makeDirectory(thisTest)
      const [jar, file] = [join(folder, 'jar'), join(folder, 'file')]
      const bytes = randomBytes(20 * MIB)
      await writeFile(file, bytes)
      await fetchWith('-c', jar, `${origin}/`)
      const up = await fetchWith('-b', jar, '-H', 'Expect:', '--data-binary', `@${file}`, `${origin}/echo`)
      expect(echoOf(up)).toMatchObject({ size: bytes.length, sha256: sha256(bytes) })
      const down = await fetchWith(`${origin}/public/large`)
      expect(sha256(down.body)).toBe(sha256(Buffer.alloc(20 * MIB, 'l')))
    })

    test('20 requests at once make one login', async () => {
      const { origin, front } = await serviceBelow('corp.test')
      const urls = Array.from({ length: 20 }, (_, i) => ['-o', '/dev/null', `${origin}/api/me?${i}`]).flat()
      const answer = await fetchWith('-Z', '--parallel-immediate', ...urls)
      expect(answer.exitCode).toBe(0)
      expect(tally(aws)).toEqual(ONE_LOGIN)
      // One a client, and another for a replay that finds none free.
      expect(front.connections()).toBeLessThanOrEqual(40)
    })

    test('a session that has ended is replaced under the request', async () => {
      const { origin, clock } = await serviceBelow('corp.test', { sessionSeconds: 60 })
      const jar = join(await makeDirectory(thisTest), 'jar')
      await fetchWith('-c', jar, `${origin}/`)
      clock.advance(61)
      const answer = await fetchWith('-b', jar, '-d', 'kept', `${origin}/echo`)
      expect(echoOf(answer)).toMatchObject({ text: 'kept' })
      expect(tally(aws)).toEqual({ Decrypt: 2, Encrypt: 2, GetCallerIdentity: 2 })
    })

    test('a request that another site makes is not logged in', async () => {
      const { origin, seen } = await serviceBelow('corp.test')
      const site = ['-H', 'Sec-Fetch-Site: cross-site', '-H', 'Sec-Fetch-Mode: no-cors', '-H', 'Sec-Fetch-Dest: image']
      expect(await fetchWith(...site, `${origin}/echo`)).toMatchObject({ status: 401 })
      expect(seen).toEqual([])
      expect(tally(aws)).toEqual(NOTHING)
    })
  })

  test('a service that nobody trusts shows its own certificate, and is not logged in', async () => {
    const { origin } = await serviceBelow('other.test')
    expect(await withRoot(`${origin}/`)).toMatchObject({ exitCode: 60 })
    const direct = await curl(proxy.url, ['--cacert', certificate.path, `${origin}/`], thisTest)
    expect(direct).toMatchObject({ exitCode: 0, status: 401 })
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('a certificate of an unknown authority is told of before TLS begins, and nothing is asked of AWS', async () => {
    const shown = await makeCertificate(['*.corp.test'], thisTest)
    const { origin } = await serviceBelow('corp.test', {}, shown)
    const answer = await withRoot(`${origin}/`)
    // CURLE_RECV_ERROR: the answer to CONNECT, and its headers, are all that it shows.
    expect(answer.exitCode).toBe(56)
    expect(answer.statuses).toEqual([502])
    expect(answer.header('proxy-status')).toMatch(/tls_certificate_error/)
    expect(proxy.log('tunnel failed').at(-1)).toMatchObject({ status: 502, error: 'tls_certificate_error' })
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('an authority that is taken away or put back while the proxy runs counts from the next connection', async () => {
    const { origin } = await serviceBelow('corp.test')
    const folder = join(authority.configFolder, 'ca')
    expect(await withRoot(`${origin}/`)).toMatchObject({ status: 200 })
    const elsewhere = `${folder}.away`
    await rename(folder, elsewhere)
    const own = ['--cacert', certificate.path, `${origin}/`]
    expect(await curl(proxy.url, own, thisTest)).toMatchObject({ exitCode: 0, status: 401 })
    await rename(elsewhere, folder)
    expect(await curl(proxy.url, own, thisTest)).toMatchObject({ exitCode: 60 })
    expect(await withRoot(`${origin}/`)).toMatchObject({ status: 200 })
  })
})
