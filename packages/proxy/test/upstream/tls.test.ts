import https from 'node:https'
import { expect, test } from 'vitest'
import { listenAsOrigin, requestBytes, sendRaw, startOrigin, startProxy } from '../server/rig.js'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from './localhost-certificate.js'
import { startSocksServer } from './socks-server.js'

const ca = [LOCALHOST_CERTIFICATE]

async function startSecureOrigin() {
  const server = https.createServer({ key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE }, (_, response) =>
    response.end('ok'),
  )
  return listenAsOrigin(server)
}

test.each(['direct', 'socks'])('an https URL is fetched over verified TLS (%s)', async (route) => {
  const origin = await startSecureOrigin()
  const socks = route === 'socks' ? { host: '127.0.0.1', port: (await startSocksServer()).port } : undefined
  const proxy = await startProxy({ upstream: { ca, ...(socks && { socks }) } })
  const url = `https://localhost:${origin.port}/`
  for (let i = 0; i < 3; i++) expect(await sendRaw(proxy.port, requestBytes(url), /ok$/)).toMatch(/^HTTP\/1.1 200 /)
  expect(origin.open.size).toBe(1)
})

test.each([
  [
    'a certificate nobody vouches for',
    'localhost',
    false,
    /502 .*cannot be trusted: self-signed certificate; issued by "test"/s,
  ],
  ['a certificate for another name', '127.0.0.1', true, /502 .*cannot be trusted: .*127\.0\.0\.1/s],
])('%s is a 502 that says so', async (_, host, isTrusted, expected) => {
  const origin = await startSecureOrigin()
  const proxy = await startProxy({ upstream: isTrusted ? { ca } : {} })
  const answer = await sendRaw(proxy.port, requestBytes(`https://${host}:${origin.port}/`), /\n$/)
  expect(answer).toMatch(expected)
  expect(answer).toContain('error=tls_certificate_error')
})

test('a service that speaks no TLS is a 502 that says so', async () => {
  const origin = await startOrigin((_, response) => response.end())
  const proxy = await startProxy()
  const answer = await sendRaw(proxy.port, requestBytes(`https://localhost:${origin.port}/`), /\n$/)
  expect(answer).toMatch(/^HTTP\/1.1 502 .*does not speak TLS/s)
})
