import { writeFileSync } from 'node:fs'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import tls from 'node:tls'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NOTHING, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { type SocksServer, startSocksServer } from '../support/socks-server.js'
import { makeDirectory } from '../support/temporary-directory.js'
import { AUTHORITY, BAD_CERTIFICATES, GOOD_CERTIFICATE, WIKI_KEY } from './certificates.js'
import { send, startHostileSite, takeChallenge } from './hostile-site.js'

/** Somebody on the wire takes the place of a service of https, or leads its visitors to http. */

const ORIGIN = 'https://wiki.example.test'
const forFile = thisFile()
let aws: LocalAws
let socks: SocksServer
let proxy: TestProxy
let nextPort = 8001

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  socks = await startSocksServer(forFile)
  const authority = join(await makeDirectory(forFile), 'authority.pem')
  writeFileSync(authority, AUTHORITY)
  const args = ['--socks-proxy', `127.0.0.1:${socks.port}`]
  proxy = await startProxy(aws, forFile, { args, env: { NODE_EXTRA_CA_CERTS: authority } })
})
beforeEach(() => {
  aws.resetCalls()
  socks.asked.length = 0
})

const visit = (origin = ORIGIN) =>
  send(proxy.url, { method: 'GET', path: `${origin}/page`, headers: { Host: new URL(origin).host } })

describe.each(BAD_CERTIFICATES)('a certificate %s', (_, certificate) => {
  test('ends the request with 502: no challenge is read, nothing is asked, nothing tried over http', async () => {
    const plain = await startHostileSite(thisTest, () => ({ status: 200, rawHeaders: [], body: 'over http' }))
    socks.map('wiki.example.test:80', Number(new URL(plain.origin).port))
    const service = await startImpostor(certificate)
    const answer = await visit()
    expect(answer.status).toBe(502)
    expect(answer.body).toMatch(/certificate|cannot be trusted/)
    expect(service.requests).toEqual([])
    expect([plain.captured, new Set(socks.asked)]).toEqual([[], new Set(['wiki.example.test:443'])])
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('that comes between the challenge and the login keeps the proof from being sent', async () => {
    // A budget of its own: three logins that fail in a row would be the last.
    const origin = `${ORIGIN}:${nextPort++}`
    const genuine = await startService(aws, thisTest, { origin })
    const service = await startImpostor(GOOD_CERTIFICATE, origin, await takeChallenge(genuine.url, origin))
    service.afterOneRequest(certificate)
    expect(await visit(origin)).toMatchObject({ status: 401 })
    expect(service.requests).toEqual(['GET /page'])
    expect(tally(aws)['Encrypt']).toBe(1)
    const [refusal] = proxy.log('login not made').filter((line) => line['origin'] === origin)
    expect(refusal).toMatchObject({ code: 'ERR_IAM_SERVICE_UNAVAILABLE' })
  })
})

test('the good certificate is one: nothing else kept the others out', async () => {
  const service = await startImpostor(GOOD_CERTIFICATE)
  expect(await visit()).toMatchObject({ status: 200 })
  expect(service.requests).toEqual(['GET /page'])
})

/** A service that answers 200, or 401 with this challenge, and whose certificate may change. */
async function startImpostor(certificate: string, origin = `${ORIGIN}:443`, challenge?: readonly string[]) {
  const requests: string[] = []
  let next = certificate
  const server = https.createServer(
    { SNICallback: (_name, done) => done(null, tls.createSecureContext({ key: WIKI_KEY, cert: certificate })) },
    (incoming, outgoing) => {
      requests.push(`${incoming.method} ${incoming.url}`)
      certificate = next
      // Closed, so that what follows is a connection of its own.
      outgoing.writeHead(challenge === undefined ? 200 : 401, ['Connection', 'close', ...(challenge ?? [])]).end('ok')
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  thisTest(() => {
    server.close()
    server.closeAllConnections()
  })
  socks.map(origin.replace('https://', ''), (server.address() as AddressInfo).port)
  const afterOneRequest = (other: string) => {
    next = other
  }
  return { requests, afterOneRequest }
}
