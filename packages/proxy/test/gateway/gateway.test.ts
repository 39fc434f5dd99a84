import https from 'node:https'
import { describe, expect, test } from 'vitest'
import type { GatewaySite } from '../../src/gateway/front.js'
import { parseSites } from '../../src/gateway/sites.js'
import {
  connectRaw,
  listenAsOrigin,
  scriptedLogin,
  sendRaw,
  startOrigin,
  startProxy,
  startRawOrigin,
} from '../server/rig.js'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from '../upstream/localhost-certificate.js'

const CHALLENGE = ['WWW-Authenticate', 'IAM realm="123456789012"']
const NO_BODY = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

/** A gateway to this service alone, and what asks it in bytes. */
async function startGateway(origin: { url: string }, deps: Parameters<typeof startProxy>[0] = {}) {
  const { server } = await startProxy(deps)
  const sites: GatewaySite[] = parseSites([`${origin.url}=wiki`])
  const { port } = (await server.listenAsGateway('127.0.0.1', 0, sites)).address
  const host = `wiki.localhost:${port}`
  const own = `http://${host}`
  const head = (line: string, ...lines: string[]) => [line, `Host: ${host}`, ...lines, '', ''].join('\r\n')
  const ask = (line: string, ...lines: string[]) =>
    sendRaw(port, head(`${line} HTTP/1.1`, ...lines, 'Connection: close'))
  return { server, port, host, own, head, ask }
}

describe('a request', () => {
  test('reaches the site as if it had been made there', async () => {
    const origin = await startRawOrigin(NO_BODY)
    const { ask, own } = await startGateway(origin)
    await ask('GET /a/../b?c=%2F', `Origin: ${own}`, `Referer: ${own}/x`, 'Sec-Fetch-Site: same-origin', 'Cookie: a=1')
    const [first = ''] = origin.heads
    expect(first.split('\r\n').filter((line) => !/^(Via|Connection)/.test(line))).toEqual([
      'GET /a/../b?c=%2F HTTP/1.1',
      `Host: ${origin.host}`,
      `Origin: ${origin.url}`,
      `Referer: ${origin.url}/x`,
      'Sec-Fetch-Site: same-origin',
      'Cookie: a=1',
      '',
      '',
    ])
  })

  test('is https towards an https site, whose certificate is verified', async () => {
    const server = https.createServer({ key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE }, (request, response) =>
      response.end(`${request.headers.host} ${request.headers.origin}`),
    )
    const { port } = await listenAsOrigin(server)
    const url = `https://localhost:${port}`
    const { ask, own } = await startGateway({ url }, { upstream: { ca: [LOCALHOST_CERTIFICATE] } })
    expect(await ask('GET /', `Origin: ${own}`)).toMatch(new RegExp(`localhost:${port} ${url}$`))
    const unverified = await startGateway({ url })
    expect(await unverified.ask('GET /')).toMatch(/^HTTP\/1\.1 502 .*cannot be trusted/s)
  })

  test('for a WebSocket reaches the site without the cookies of a neighbour that makes it', async () => {
    const origin = await startRawOrigin(NO_BODY)
    const { port, head } = await startGateway(origin)
    const neighbour = ['Origin: http://wiki.localhost:1', 'Sec-Fetch-Site: same-site', 'Cookie: a=1']
    const bytes = head('GET /socket HTTP/1.1', ...neighbour, 'Connection: Upgrade', 'Upgrade: websocket')
    expect(await sendRaw(port, bytes)).toMatch(/^HTTP\/1\.1 200 /)
    expect(origin.heads[0]).toMatch(/^GET \/socket .*Upgrade: websocket/is)
    expect(origin.heads[0]).not.toMatch(/cookie/i)
  })

  test('keeps its body and comes back with the answer', async () => {
    const origin = await startOrigin(async (request, response) => {
      let size = 0
      for await (const chunk of request) size += chunk.length
      response.end(`got ${size}`)
    })
    const { port, head } = await startGateway(origin)
    const bytes = `${head('POST / HTTP/1.1', 'Content-Length: 100000', 'Connection: close')}${'x'.repeat(100_000)}`
    expect(await sendRaw(port, bytes)).toMatch(/got 100000$/)
  })
})

describe('what is for no site of the gateway reaches none', () => {
  const hosts: [what: string, host: (port: number) => string][] = [
    ['another name', (port) => `evil.example:${port}`],
    ['a name that ends alike', (port) => `wiki.localhost.evil.example:${port}`],
    ['a name below it', (port) => `a.wiki.localhost:${port}`],
    ['its name with a dot', (port) => `wiki.localhost.:${port}`],
    ['the address', (port) => `127.0.0.1:${port}`],
    ['localhost', (port) => `localhost:${port}`],
    ['another port', () => 'wiki.localhost:1'],
    ['no port', () => 'wiki.localhost'],
    ['a user', (port) => `me@wiki.localhost:${port}`],
    ['nothing', () => ''],
  ]
  test.each(hosts)('Host: %s', async (_, host) => {
    const origin = await startRawOrigin(NO_BODY)
    const { port } = await startGateway(origin)
    const answer = await sendRaw(port, `GET / HTTP/1.1\r\nHost: ${host(port)}\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 421 /)
    expect(answer).not.toContain('wiki.localhost')
    expect(answer.toLowerCase()).not.toContain('access-control')
    expect(origin.heads).toEqual([])
  })

  test.each<[what: string, request: (own: string, url: string) => string, status: RegExp]>([
    ['the site in absolute form', (own, url) => `GET ${url}/ HTTP/1.1\r\nHost: ${own}`, /^HTTP\/1\.1 421 /],
    ['the gateway in absolute form', (own) => `GET http://${own}/ HTTP/1.1\r\nHost: ${own}`, /^HTTP\/1\.1 421 /],
    ['another site in absolute form', () => 'GET http://a.example/ HTTP/1.1\r\nHost: a.example', /^HTTP\/1\.1 421 /],
    ['two Hosts', (own) => `GET / HTTP/1.1\r\nHost: ${own}\r\nHost: ${own}`, /^HTTP\/1\.1 421 /],
    ['no Host', () => 'GET / HTTP/1.0\r\nAccept: */*', /^HTTP\/1\.1 421 /],
    ['*', (own) => `OPTIONS * HTTP/1.1\r\nHost: ${own}`, /^HTTP\/1\.1 421 /],
    ['CONNECT', (own, url) => `CONNECT ${url.slice(7)} HTTP/1.1\r\nHost: ${own}`, /^HTTP\/1\.1 421 /],
    [
      'an upgrade at another Host',
      () => 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket',
      /^HTTP\/1\.1 421 /,
    ],
    [
      'two framings',
      (own) => `POST / HTTP/1.1\r\nHost: ${own}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked`,
      /^HTTP\/1\.1 400 /,
    ],
  ])('%s', async (_, request, status) => {
    const origin = await startRawOrigin(NO_BODY)
    const { port, host } = await startGateway(origin)
    const client = connectRaw(port)
    client.write(`${request(host, origin.url)}\r\n\r\n`)
    expect(await client.until(/\r\n\r\n/)).toMatch(status)
    expect(origin.heads).toEqual([])
  })

  test('a second request of a connection is for whom it says', async () => {
    const origin = await startRawOrigin(NO_BODY)
    const { port, head } = await startGateway(origin)
    const client = connectRaw(port)
    client.write(`${head('GET /first HTTP/1.1')}GET /second HTTP/1.1\r\nHost: evil.example\r\n\r\n`)
    await client.until(/200 OK.*421 /s)
    expect(origin.heads).toHaveLength(1)
  })

  test('the site is never the gateway itself', async () => {
    const { server, port } = await startGateway({ url: 'http://127.0.0.1:1' })
    const sites = parseSites([`http://127.0.0.1:${port}=loop`])
    const loop = (await server.listenAsGateway('127.0.0.1', 0, sites)).address.port
    expect(await sendRaw(loop, `GET / HTTP/1.1\r\nHost: loop.localhost:${loop}\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 403 .*is this proxy itself/s,
    )
  })
})

describe('an answer', () => {
  test('leads back to the gateway, and its cookies are of it', async () => {
    const origin = await startOrigin(({ headers: { host } }, response) => {
      const cookies = ['Set-Cookie', 'a=1; Domain=127.0.0.1; Secure', 'Set-Cookie', '__Host-b=2; Path=/; Secure']
      response.writeHead(302, ['Location', `//${host}/x`, 'Strict-Transport-Security', 'max-age=1', ...cookies]).end()
    })
    const { ask, own } = await startGateway(origin)
    const answer = await ask('GET /')
    expect(answer).toContain(`Location: ${own}/x\r\n`)
    expect(answer).toContain('Set-Cookie: a=1; Secure\r\nSet-Cookie: __Host-b=2; Path=/; Secure\r\n')
    expect(answer).not.toMatch(/strict-transport/i)
  })

  test('before the answer (103) names the gateway, too', async () => {
    const origin = await startRawOrigin((socket, head) => {
      const [, host] = /Host: (\S+)/.exec(head) ?? []
      socket.write(`HTTP/1.1 103 Early Hints\r\nLink: <http://${host}/a.css>; rel=preload\r\n\r\n${NO_BODY}`)
    })
    const { ask, own } = await startGateway(origin)
    expect(await ask('GET /')).toContain(`HTTP/1.1 103 Early Hints\r\nLink: <${own}/a.css>; rel=preload\r\n`)
  })

  test('that changes the protocol: a WebSocket, whose Origin is the site’s', async () => {
    const origin = await startRawOrigin((socket, head) => {
      const [, from] = /Origin: (\S+)/.exec(head) ?? []
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSet-Cookie: a=1; Domain=127.0.0.1\r\n\r\n${from}`,
      )
    })
    const { port, head, own } = await startGateway(origin)
    const client = connectRaw(port)
    client.write(head('GET /ws HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket', `Origin: ${own}`))
    expect(await client.until(/127\.0\.0\.1:\d+$/)).toMatch(new RegExp(`Set-Cookie: a=1\r\n.*${origin.url}$`, 's'))
  })
})

describe('a login', () => {
  const challenging = () =>
    startOrigin((request, response) => {
      if (request.headers.cookie?.includes('session=1')) response.end('welcome')
      else response.writeHead(401, CHALLENGE).end()
    })

  test('is made for the site, with the request as the site would have got it', async () => {
    const replay = {
      kind: 'replay',
      cookie: 'session=1',
      setCookieLines: ['session=1; Domain=127.0.0.1'],
      defaultHeaders: [],
      source: 'login',
    } as const
    const { login, asked } = scriptedLogin(replay)
    const origin = await challenging()
    const { ask, own } = await startGateway(origin, { login })
    const answer = await ask('GET /x', `Origin: ${own}`, 'Sec-Fetch-Site: same-origin')
    expect(answer).toMatch(/Set-Cookie: session=1\r\n.*welcome/s)
    expect(asked).toMatchObject([{ origin: origin.url, path: '/x' }])
    expect(asked[0]?.requestRawHeaders).toEqual(expect.arrayContaining(['Host', origin.host, 'Origin', origin.url]))
  })

  test('that the browser has to follow stays at the gateway: a redirect to the login, and the 307 of a large upload', async () => {
    const origin = await challenging()
    const { login } = scriptedLogin(
      { kind: 'respond', status: 302, rawHeaders: ['Location', `//${origin.host}/auth?token=x`], body: '' },
      { kind: 'replay', cookie: 'session=1', setCookieLines: ['session=1'], defaultHeaders: [], source: 'login' },
    )
    const { ask, own, port, head } = await startGateway(origin, { login, limits: { replayLimitBytes: 10 } })
    expect(await ask('GET /x')).toContain(`Location: ${own}/auth?token=x`)
    const answer = await sendRaw(
      port,
      `${head('POST /y?z HTTP/1.1', 'Content-Length: 20')}${'x'.repeat(20)}`,
      /307 .*\r\n\r\n/s,
    )
    expect(answer).toContain(`Location: ${own}/y?z`)
  })
})

test('only who may use the proxy may use its gateway', async () => {
  const origin = await startRawOrigin(NO_BODY)
  const admit = () => ({ decided: Promise.resolve(), isDecided: true, isAdmitted: false, report: () => {} })
  const { ask } = await startGateway(origin, { admit })
  expect(await ask('GET /')).toMatch(/^HTTP\/1\.1 403 /)
  expect(origin.heads).toEqual([])
})
