import { expect, test } from 'vitest'
import { connectRaw, requestBytes, sendRaw, startProxy, startRawOrigin } from './rig.js'

const AT = 'http://127.0.0.1:ORIGIN'
const H = 'Host: 127.0.0.1:ORIGIN'

/** Never reaches the service, closes the connection where the framing is in doubt. */
test.each<[what: string, status: number, request: string]>([
  ['no Host', 400, `GET ${AT}/ HTTP/1.1\r\n\r\n`],
  ['two Hosts', 400, `GET ${AT}/ HTTP/1.1\r\n${H}\r\n${H}\r\n\r\n`],
  ['a foreign Host', 400, `GET ${AT}/ HTTP/1.1\r\nHost: b.example\r\n\r\n`],
  ['a Host with another port', 400, `GET ${AT}/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`],
  ['an empty Host', 400, `GET ${AT}/ HTTP/1.1\r\nHost:\r\n\r\n`],
  ['userinfo', 400, `GET http://a:b@127.0.0.1:ORIGIN/ HTTP/1.1\r\n${H}\r\n\r\n`],
  ['a backslash in the authority', 400, 'GET http://a.example\\@b.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n'],
  ['ftp', 400, 'GET ftp://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n'],
  ['port 0', 400, 'GET http://a.example:0/ HTTP/1.1\r\nHost: a.example:0\r\n\r\n'],
  ['port 65536', 400, 'GET http://a.example:65536/ HTTP/1.1\r\nHost: a.example:65536\r\n\r\n'],
  ['no authority', 400, 'GET http:///x HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a bad IPv6', 400, 'GET http://[::1/ HTTP/1.1\r\nHost: [::1\r\n\r\n'],
  [
    'TE and CL',
    400,
    `POST ${AT}/ HTTP/1.1\r\n${H}\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
  ],
  ['an empty TE and CL', 400, `POST ${AT}/ HTTP/1.1\r\n${H}\r\nTransfer-Encoding:\r\nContent-Length: 3\r\n\r\nabc`],
  ['an empty TE', 400, `POST ${AT}/ HTTP/1.1\r\n${H}\r\nTransfer-Encoding:\r\n\r\n`],
  ['an unknown TE', 400, `POST ${AT}/ HTTP/1.1\r\n${H}\r\nTransfer-Encoding: xchunked\r\n\r\n`],
  ['gzip, chunked', 501, `POST ${AT}/ HTTP/1.1\r\n${H}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
  ['TE in HTTP/1.0', 400, `POST ${AT}/ HTTP/1.0\r\n${H}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['two CLs', 400, `POST ${AT}/ HTTP/1.1\r\n${H}\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc`],
  ['CL: +4', 400, `POST ${AT}/ HTTP/1.1\r\n${H}\r\nContent-Length: +4\r\n\r\nabcd`],
  ['a bare LF in a header', 400, `GET ${AT}/ HTTP/1.1\r\n${H}\nX: 1\r\n\r\n`],
  ['a bare CR in a header', 400, `GET ${AT}/ HTTP/1.1\r\n${H}\r\nX: a\rb\r\n\r\n`],
  ['a NUL in a header', 400, `GET ${AT}/ HTTP/1.1\r\n${H}\r\nX: a\0b\r\n\r\n`],
  ['a space before the colon', 400, `GET ${AT}/ HTTP/1.1\r\nHost : 127.0.0.1:ORIGIN\r\n\r\n`],
  ['an obs-fold', 400, `GET ${AT}/ HTTP/1.1\r\n${H}\r\nX: a\r\n b\r\n\r\n`],
  ['Connection: Host', 400, `GET ${AT}/ HTTP/1.1\r\n${H}\r\nConnection: Host\r\n\r\n`],
  ['Connection: Cookie', 400, `GET ${AT}/ HTTP/1.1\r\n${H}\r\nCookie: a=1\r\nConnection: keep-alive, cookie\r\n\r\n`],
  ['Connection: Content-Length', 400, `GET ${AT}/ HTTP/1.1\r\n${H}\r\nConnection: Content-Length\r\n\r\n`],
  ['Connection: Iam-Auth-X', 400, `GET ${AT}/ HTTP/1.1\r\n${H}\r\nConnection: Iam-Auth-X\r\n\r\n`],
  ['a raw byte above 127 in the path', 400, `GET ${AT}/caf\xe9 HTTP/1.1\r\n${H}\r\n\r\n`],
  ['no HTTP at all', 400, '\x16\x03\x01\x02\x00\x01\r\n\r\n'],
  ['20 KB of headers', 431, `GET ${AT}/ HTTP/1.1\r\n${H}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
])('refuses %s with %i', async (_, status, request) => {
  const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  const proxy = await startProxy()
  const answer = await sendRaw(proxy.port, request.replaceAll('ORIGIN', String(origin.port)))
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(answer).toMatch(/Proxy-Status: iam-auth-proxy; error=/)
  expect(answer).toMatch(/iam-auth-proxy: .+\n$/)
  expect(origin.heads).toEqual([])
})

test.each([
  ['a Host of the target in another spelling', 'GET http://LOCALHOST:80/x HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['a Host with the default port', 'GET http://localhost/x HTTP/1.1\r\nHost: localhost:80\r\n\r\n'],
])('does not refuse %s', async (_, request) => {
  const proxy = await startProxy({ allowLoopback: false })
  expect(await sendRaw(proxy.port, request, /\n$/)).toMatch(/^HTTP\/1.1 403 /)
})

test.each([
  ['two Hosts', 'Host: b.example\r\n'],
  ['a coding that is not known', 'Transfer-Encoding: gzip, chunked\r\n'],
])('what follows a request with %s in one packet is nobody’s request', async (_, line) => {
  const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  const proxy = await startProxy()
  const refused = `GET ${origin.url}/refused HTTP/1.1\r\nHost: ${origin.host}\r\n${line}\r\n`
  const chunks = line.startsWith('Transfer') ? '0\r\n\r\n' : ''
  const client = connectRaw(proxy.port)
  // Once the user of a connection is known, both requests are looked at as they are parsed: in one go.
  client.write(requestBytes(`${origin.url}/first`))
  await client.until(/200 OK/)
  client.write(refused + chunks + requestBytes(`${origin.url}/smuggled`))
  await client.ended
  expect(client.text().match(/^HTTP\/1.1 \d+/gm)).toHaveLength(2)
  // The same proxy still serves others: a smuggled request would have arrived by then.
  expect(await sendRaw(proxy.port, requestBytes(`${origin.url}/next`), /200 OK/)).toContain('200')
  expect(origin.heads.map((head) => head.split(' ')[1])).toEqual(['/first', '/next'])
})

test.each(['/', '/proxy.pac', '//evil.example/', '*'])(
  'a request for %s of the proxy itself gets the same 421',
  async (path) => {
    const proxy = await startProxy()
    for (const host of ['evil.example', `127.0.0.1:${proxy.port}`]) {
      const method = path === '*' ? 'OPTIONS' : 'GET'
      const request = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://evil.example\r\n\r\n`
      const answer = await sendRaw(proxy.port, request, /\n$/)
      expect(answer).toMatch(/^HTTP\/1.1 421 Misdirected Request\r\n/)
      expect(answer).not.toMatch(/access-control/i)
      expect(answer).not.toContain('evil')
    }
  },
)

test.each<[what: string, head: string, pattern: RegExp]>([
  ['status 099', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n', /^HTTP\/1.1 502 /],
  [
    'an uninvited 101',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    /^HTTP\/1.1 502 /,
  ],
  ['a 101 without Upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', /^HTTP\/1.1 502 /],
  ['a bare CR in Location', 'HTTP/1.1 302 Found\r\nLocation: /a\rX: b\r\n\r\n', /^HTTP\/1.1 502 .*not valid HTTP/s],
  ['a NUL in Location', 'HTTP/1.1 302 Found\r\nLocation: /a\0\r\n\r\n', /^HTTP\/1.1 502 .*not valid HTTP/s],
  ['17 KB of Location', `HTTP/1.1 302 Found\r\nLocation: /${'x'.repeat(17_000)}\r\n\r\n`, /^HTTP\/1.1 502 .*16 KiB/s],
  [
    'a control character in the reason',
    'HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n',
    /^HTTP\/1.1 502 Bad Gateway\r/,
  ],
  ['an empty coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\nContent-Length: 1\r\n\r\na', /^HTTP\/1.1 502 /],
  ['chunked before gzip', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n', /^HTTP\/1.1 502 /],
  [
    'an unknown coding and a length',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\nContent-Length: 1\r\n\r\na',
    /^HTTP\/1.1 502 /,
  ],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', /^HTTP\/1.1 502 /],
  [
    'TE and CL',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    /^HTTP\/1.1 502 /,
  ],
  ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', /^HTTP\/1.1 502 .*not valid HTTP/s],
])('answers 502 when the service sends %s', async (_, head, pattern) => {
  const origin = await startRawOrigin(head)
  const proxy = await startProxy()
  expect(await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /iam-auth-proxy: .+\n$/)).toMatch(pattern)
})

test('keeps the connection after a refusal that leaves no doubt about framing', async () => {
  const proxy = await startProxy({ allowLoopback: false })
  const client = connectRaw(proxy.port)
  const request = requestBytes('http://127.0.0.1:9/', ['Content-Length: 3'], 'POST')
  client.write(`${request}abc`)
  await client.until(/^HTTP\/1.1 403 .*\n$/s)
  client.write(`${request}abc`)
  await client.until(/HTTP\/1.1 403 .*HTTP\/1.1 403 /s)
})

test('does not forward what follows the upload of a request that it refused', async () => {
  const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/`, ['Host: b.example', 'Content-Length: 3'], 'POST'))
  await client.until(/^HTTP\/1.1 400 .*\n$/s)
  client.write(`abc${requestBytes(`${origin.url}/smuggled`)}`)
  await client.ended
  client.socket.end()
  await client.closed
  expect(origin.heads).toEqual([])
})

test('does not forward what follows a request it did not understand', async () => {
  const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  const proxy = await startProxy()
  const bad = requestBytes(`${origin.url}/`, ['Transfer-Encoding:', 'Content-Length: 3'], 'POST')
  const answer = await sendRaw(proxy.port, `${bad}abc${requestBytes(`${origin.url}/smuggled`)}`)
  expect(answer.match(/HTTP\/1.1 /g)).toHaveLength(1)
  expect(origin.heads).toEqual([])
})
