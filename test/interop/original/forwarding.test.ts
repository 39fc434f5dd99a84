/** What the original client does with requests that have nothing to do with a login. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { browse } from './browser.js'
import { startOriginalClient } from './original-client.js'

let client: Awaited<ReturnType<typeof startOriginalClient>>
let service: http.Server
let origin: string

/** No test here reaches AWS but the one that finds it down. */
const nowhere = {
  endpoint: 'http://127.0.0.1:1',
  region: 'eu-west-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
}

async function startService(answer: (request: IncomingMessage, reply: ServerResponse) => void): Promise<void> {
  service.on('request', answer)
  await new Promise<void>((listening) => service.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
}

const challenge = {
  'WWW-Authenticate': 'IAM realm="123456789012"',
  'Iam-Auth-Kms-Key-Id': 'k',
  'Iam-Auth-Kms-Encryption-Context': 'e30=',
}

beforeEach(async () => {
  client = await startOriginalClient(nowhere)
  service = http.createServer()
})
afterEach(async () => {
  await client.close()
  service.close()
})

test('a request keeps its method, body and host, and asks for gzip', async () => {
  await startService((request, reply) => {
    const { host, 'accept-encoding': encoding, 'user-agent': agent } = request.headers
    request.once('data', (body) => reply.end([request.method, request.url, host, encoding, agent, body].join(' ')))
  })
  const headers = { 'Accept-Encoding': 'br', 'Proxy-Authorization': 'x' }
  const [hop] = await browse(`${origin}/?a=1`, { proxyPort: client.port, method: 'PUT', body: 'b', headers })
  expect(hop?.body).toBe(`PUT /?a=1 ${origin.slice(7)} gzip Go-http-client/1.1 b`)
})

test('headers to the proxy are dropped, those of the connection are sent on', async () => {
  await startService((request, reply) => reply.end(JSON.stringify(request.headers)))
  const headers = { 'Proxy-Authorization': 'x', Connection: 'X-Foo', 'X-Foo': 'bar' }
  const [hop] = await browse(origin, { proxyPort: client.port, headers })
  expect(JSON.parse(hop?.body ?? '')).toMatchObject({ 'x-foo': 'bar' })
  expect(hop?.body).not.toContain('proxy-authorization')
})

test('an answer is unzipped and keeps its other headers', async () => {
  await startService((_, reply) =>
    reply.writeHead(200, { 'Content-Encoding': 'gzip', ETag: '"e"' }).end(gzipSync('hello')),
  )
  const [hop] = await browse(origin, { proxyPort: client.port })
  expect(hop).toMatchObject({ body: 'hello', headers: { etag: '"e"' } })
  expect(hop?.headers['content-encoding']).toBeUndefined()
})

test('a service that is down is a 500 with the error as its body', async () => {
  const [hop] = await browse('http://127.0.0.1:1/', { proxyPort: client.port })
  expect(hop).toMatchObject({ status: 500, body: expect.stringContaining('ECONNREFUSED') })
})

test('a request to the proxy itself is a 500', async () => {
  const response = await fetch(`http://127.0.0.1:${client.port}/`)
  expect(response.status).toBe(500)
  expect(await response.text()).toBe('This is a proxy server. Does not respond to non-proxy requests.')
})

test('AWS being down is a 403', async () => {
  await startService((_, reply) => reply.writeHead(401, challenge).end())
  const [hop] = await browse(origin, { proxyPort: client.port })
  expect(hop).toMatchObject({ status: 403, body: 'Could not fetch IAM identity to authenticate' })
})

test('a tunnel is blind: the challenge reaches the browser', async () => {
  await startService((_, reply) => reply.writeHead(401, challenge).end())
  const connect = http.request({
    host: '127.0.0.1',
    port: client.port,
    method: 'CONNECT',
    path: origin.slice(7),
  })
  const status = await new Promise((resolve, reject) => {
    connect.on('error', reject)
    connect.on('connect', (_, socket) => {
      const createConnection = () => socket
      http.get(`${origin}/`, { createConnection }, (response) => {
        response.resume().on('end', () => socket.destroy())
        resolve(response.statusCode)
      })
    })
    connect.end()
  })

  expect(status).toBe(401)
  expect(client.stats).toMatchObject({ requests: 0, tunnels: 1, challenges: 0 })
})

const upgrade = () =>
  http.get({
    port: client.port,
    path: `${origin}/socket`,
    headers: { Host: origin.slice(7), Connection: 'Upgrade', Upgrade: 'echo' },
    agent: false,
  })

test('an upgrade is passed both ways', async () => {
  service.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
    socket.pipe(socket)
  })
  await startService((_, reply) => reply.end())
  const echo = await new Promise((resolve, reject) => {
    const sent = upgrade().on('error', reject)
    sent.on('upgrade', (_, socket) => {
      socket.once('data', (data: Buffer) => {
        resolve(data.toString())
        socket.destroy()
      })
      socket.write('ping')
    })
  })
  expect(echo).toBe('ping')
})

test('a challenged upgrade is answered like any other request', async () => {
  await startService((_, reply) => reply.writeHead(401, challenge).end())
  const status = await new Promise((resolve, reject) => {
    upgrade()
      .on('error', reject)
      .on('response', (response) => resolve(response.resume().statusCode))
  })
  expect(status).toBe(403)
  expect(client.stats.challenges).toBe(1)
})
