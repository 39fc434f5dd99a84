import { expect, test } from 'vitest'
import { connectRaw, requestBytes, sendRaw, startOrigin, startProxy, startRawOrigin, waitFor } from './rig.js'

const EMPTY_200 = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

test.each([
  ['/a/../b', '/a/../b'],
  ['/a//./b', '/a//./b'],
  ['/{}|^`"<>', '/{}|^`"<>'],
  ['/a\\b', '/a\\b'],
  ['//x', '//x'],
  ['/?', '/?'],
  ['?a=1', '/?a=1'],
  ['', '/'],
  ['/%7euser/%2F', '/%7euser/%2F'],
])('forwards the path %j byte for byte', async (path, expected) => {
  const origin = await startRawOrigin(EMPTY_200)
  const proxy = await startProxy()
  await sendRaw(proxy.port, requestBytes(origin.url + path), /\r\n\r\n/)
  expect(origin.heads[0]?.split('\r\n')[0]).toBe(`GET ${expected} HTTP/1.1`)
})

test('rebuilds Host from the target, in its normal form', async () => {
  const origin = await startRawOrigin(EMPTY_200)
  const proxy = await startProxy()
  await sendRaw(
    proxy.port,
    `GET HTTP://LOCALHOST:${origin.port}/ HTTP/1.1\r\nhost: localhost:${origin.port}\r\n\r\n`,
    /\r\n\r\n/,
  )
  expect(origin.heads[0]).toContain(`\r\nHost: localhost:${origin.port}\r\n`)
  expect(origin.heads[0]?.match(/^host:/gim)).toHaveLength(1)
})

test('drops hop-by-hop fields and those that Connection names, in both directions', async () => {
  const origin = await startRawOrigin(
    'HTTP/1.1 200 OK\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\n' +
      'Upgrade: h2c\r\nX-End: 2\r\nContent-Length: 0\r\n\r\n',
  )
  const proxy = await startProxy()
  const lines = [
    ...['Connection: X-Foo, close', 'X-Foo: 1', 'Keep-Alive: 5', 'Proxy-Connection: keep-alive', 'TE: trailers'],
    ...['Proxy-Authorization: Basic eDp5', 'X-End: 1'],
  ]
  const answer = await sendRaw(proxy.port, requestBytes(`${origin.url}/`, lines))
  expect(origin.heads[0]).not.toMatch(/^(?:X-Foo|Keep-Alive|Proxy-.*|TE):|close/im)
  expect(origin.heads[0]).toContain('X-End: 1\r\n')
  expect(answer).not.toMatch(/X-Hop|timeout=5|Proxy-Auth|Upgrade/)
  expect(answer).toContain('X-End: 2\r\n')
})

test('an answer cannot have its own challenge, cookies or framing removed by Connection', async () => {
  const origin = await startRawOrigin(
    'HTTP/1.1 200 OK\r\nConnection: Set-Cookie, Content-Length, WWW-Authenticate\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n',
  )
  const proxy = await startProxy()
  const answer = await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /\r\n\r\n/)
  expect(answer).toContain('Set-Cookie: a=1\r\n')
  expect(answer).toContain('Content-Length: 0\r\n')
})

test('invents nothing: no Date, no Content-Type, no User-Agent; the reason phrase and repeated fields stay', async () => {
  const origin = await startRawOrigin(
    'HTTP/1.1 299 Well \xe9h\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 3\r\n\r\n<b>',
  )
  const proxy = await startProxy()
  const answer = await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /<b>/)
  expect(answer.replace(/Via: .*\r\n/, '')).toBe(
    'HTTP/1.1 299 Well \xe9h\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 3\r\n' +
      'Connection: keep-alive\r\n\r\n<b>',
  )
  expect(origin.heads[0]).not.toMatch(/user-agent|accept|content/i)
})

test('keeps the bytes of a Content-Disposition that follows Content-Length', async () => {
  const disposition = 'Content-Disposition: attachment; filename="\xc3\xa9\xe9.pdf"'
  const origin = await startRawOrigin(`HTTP/1.1 200 OK\r\nContent-Length: 0\r\n${disposition}\r\n\r\n`)
  const proxy = await startProxy()
  expect(await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /\r\n\r\n/)).toContain(`${disposition}\r\n`)
})

test('forwards two thousand headers, in both directions', async () => {
  const many = Array.from({ length: 2000 }, (_, i) => `h${i}:1`)
  const origin = await startRawOrigin(`HTTP/1.1 200 OK\r\n${many.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`)
  const proxy = await startProxy()
  const answer = await sendRaw(proxy.port, requestBytes(`${origin.url}/`, many), /\r\n\r\n/)
  expect(origin.heads[0]).toContain('\r\nh1999: 1\r\n')
  expect(answer).toContain('\r\nh1999: 1\r\n')
})

test('appends to Via in both directions, after what was there', async () => {
  const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nVia: 1.0 far\r\nContent-Length: 0\r\n\r\n')
  const proxy = await startProxy()
  const answer = await sendRaw(proxy.port, requestBytes(`${origin.url}/`, ['Via: 1.1 near']), /\r\n\r\n/)
  expect(origin.heads[0]).toMatch(/Via: 1.1 near\r\nVia: 1.1 iam-auth-proxy-[0-9a-f]{12}\r\n/)
  expect(answer).toMatch(/Via: 1.0 far\r\nVia: 1.1 iam-auth-proxy-[0-9a-f]{12}\r\n/)
})

test('answers 508 to a request that has passed through it before', async () => {
  const origin = await startRawOrigin(EMPTY_200)
  const proxy = await startProxy()
  await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /\r\n\r\n/)
  const via = /Via: .*/.exec(origin.heads[0] ?? '')?.[0] ?? ''
  expect(await sendRaw(proxy.port, requestBytes(`${origin.url}/`, [via]), /\n$/)).toMatch(/^HTTP\/1.1 508 .*loop/s)
})

test.each([
  ['TRACE', '0', /^HTTP\/1.1 200 .*message\/http.*TRACE http:\/\/(?!.*secret)/s, 0],
  ['OPTIONS', '0', /^HTTP\/1.1 204 /, 0],
  ['OPTIONS', '1', /^HTTP\/1.1 200 /, 1],
  ['GET', '0', /^HTTP\/1.1 200 /, 1],
])('%s with Max-Forwards: %s', async (method, count, expected, forwarded) => {
  const origin = await startRawOrigin(EMPTY_200)
  const proxy = await startProxy()
  const request = requestBytes(`${origin.url}/`, [`Max-Forwards: ${count}`, 'Cookie: secret'], method)
  expect(await sendRaw(proxy.port, request, /\r\n\r\n/)).toMatch(expected)
  expect(origin.heads).toHaveLength(forwarded)
  if (count === '1') expect(origin.heads[0]).toContain('Max-Forwards: 0\r\n')
})

test('OPTIONS without a path asks about the whole server', async () => {
  const origin = await startRawOrigin(EMPTY_200)
  const proxy = await startProxy()
  await sendRaw(proxy.port, requestBytes(origin.url, [], 'OPTIONS'), /\r\n\r\n/)
  expect(origin.heads[0]).toMatch(/^OPTIONS \* HTTP\/1.1/)
})

test.each([
  ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', /Content-Length: 5/],
  ['HEAD', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', /^HTTP\/1.1 200 OK/],
  ['GET', 'HTTP/1.1 204 No Content\r\n\r\n', /^HTTP\/1.1 204 No Content/],
  ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: "x"\r\n\r\n', /ETag: "x"/],
])('%s answered with %j: no body, and the connection goes on', async (method, head, expected) => {
  const origin = await startRawOrigin((socket, text) => socket.write(text.includes('/second') ? EMPTY_200 : head))
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/`, [], method))
  expect(await client.until(/\r\n\r\n/)).toMatch(expected)
  client.write(requestBytes(`${origin.url}/second`))
  expect((await client.until(/\r\n\r\n.*\r\n\r\n/s)).split('\r\n\r\n')[1]).toMatch(/^HTTP\/1.1 200 OK/)
})

test('an HTTP/1.0 client gets a chunked answer up to the end of the connection', async () => {
  const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n')
  const proxy = await startProxy()
  const answer = await sendRaw(proxy.port, `GET ${origin.url}/ HTTP/1.0\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/)
  expect(answer).not.toMatch(/chunked/i)
  expect(answer.endsWith('\r\n\r\nabc')).toBe(true)
})

test('an answer that ends with its connection reaches the client whole', async () => {
  const origin = await startRawOrigin((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nuntil the end'))
  const proxy = await startProxy()
  const answer = await sendRaw(proxy.port, requestBytes(`${origin.url}/`, ['Connection: close']))
  expect(answer).toMatch(/chunked.*until the end\r\n0\r\n\r\n$/s)
})

test('relays chunked bodies with trailers both ways, without those that may not come late', async () => {
  const origin = await startRawOrigin(() => {})
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/`, ['Transfer-Encoding: Chunked', 'Trailer: X-Sum'], 'POST'))
  client.write('3\r\nabc\r\n0\r\nX-Sum: 1\r\nCookie: no\r\n\r\n')
  const bodies: string[] = []
  await expect.poll(() => origin.heads.length).toBe(1)
  origin.sockets[0]?.on('data', (chunk) => bodies.push(String(chunk)))
  await expect.poll(() => origin.heads[0] + bodies.join('')).toMatch(/Trailer: X-Sum\r\n/)
  origin.sockets[0]?.write(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Back\r\n\r\n1\r\nz\r\n0\r\nX-Back: 2\r\nSet-Cookie: no=1\r\n\r\n',
  )
  const answer = await client.until(/0\r\n.*\r\n\r\n$/)
  expect(answer).toContain('Trailer: X-Back\r\n')
  expect(answer).toMatch(/1\r\nz\r\n0\r\nX-Back: 2\r\n\r\n$/)
})

test('request trailers reach the service', async () => {
  let trailers: string[] = []
  const origin = await startOrigin((request, response) => {
    request.resume().on('end', () => {
      trailers = request.rawTrailers
      response.end()
    })
  })
  const proxy = await startProxy()
  const body = '3\r\nabc\r\n0\r\nX-Sum: 1\r\nCookie: no\r\n\r\n'
  await sendRaw(proxy.port, requestBytes(`${origin.url}/`, ['Transfer-Encoding: chunked'], 'POST') + body, /\r\n\r\n/)
  expect(trailers).toEqual(['X-Sum', '1'])
})

test('survives Trailer beside Content-Length', async () => {
  const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nTrailer: X\r\nContent-Length: 2\r\n\r\nok')
  const proxy = await startProxy()
  expect(await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /ok$/)).not.toContain('Trailer')
})

test('a POST without a body says so, and one with a length keeps it', async () => {
  const origin = await startRawOrigin(EMPTY_200)
  const proxy = await startProxy()
  await sendRaw(proxy.port, requestBytes(`${origin.url}/`, [], 'POST'), /\r\n\r\n/)
  await sendRaw(proxy.port, `${requestBytes(`${origin.url}/`, ['Content-Length: 3'], 'POST')}abc`, /\r\n\r\n/)
  expect(origin.heads[0]).toContain('Content-Length: 0\r\n')
  expect(origin.heads[1]).toContain('Content-Length: 3\r\n')
  expect(origin.heads.join('')).not.toContain('chunked')
})

test('Expect: 100-continue is the service’s to answer', async () => {
  const origin = await startRawOrigin((socket) => {
    socket.write('HTTP/1.1 100 Continue\r\n\r\n')
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
  })
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/`, ['Expect: 100-continue', 'Content-Length: 4'], 'POST'))
  expect(await client.until(/\r\n\r\n/)).toBe('HTTP/1.1 100 Continue\r\n\r\n')
  client.write('body')
  expect(await client.until(/ok$/)).toMatch(/\r\n\r\nHTTP\/1.1 200 OK/)
  expect(origin.heads[0]).toContain('Expect: 100-continue\r\n')
})

test('a refusal to Expect: 100-continue reaches the client without the body being asked for', async () => {
  const origin = await startRawOrigin('HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n')
  const proxy = await startProxy()
  const request = requestBytes(`${origin.url}/`, ['Expect: 100-continue', 'Content-Length: 4'], 'POST')
  expect(await sendRaw(proxy.port, request, /\r\n\r\n/)).toMatch(/^HTTP\/1.1 417 /)
})

test.each(['102 Processing', '103 Early Hints'])('relays %s before the answer', async (status) => {
  const origin = await startRawOrigin(`HTTP/1.1 ${status}\r\nLink: </a>; rel=preload\r\n\r\n${EMPTY_200}`)
  const proxy = await startProxy()
  const answer = await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /200 OK.*\r\n\r\n/s)
  expect(answer.startsWith(`HTTP/1.1 ${status}\r\nLink: </a>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\n`)).toBe(true)
})

test('a client that does not read is not sent 1xx answers for ever, and gets its answer', async () => {
  const hints = 4000
  const origin = await startRawOrigin((socket) => {
    socket.write(`HTTP/1.1 103 Early Hints\r\nLink: ${'x'.repeat(8000)}\r\n\r\n`.repeat(hints))
    socket.write(EMPTY_200)
  })
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.socket.pause()
  client.write(requestBytes(`${origin.url}/`))
  const { upstream } = proxy
  await waitFor(() => upstream.wayOf({ scheme: 'http', host: '127.0.0.1', port: 80 }).http1.counts.idle > 0)
  client.socket.resume()
  const answer = await client.until(/200 OK.*\r\n\r\n$/s)
  expect(answer.split('Early Hints').length).toBeLessThan(hints)
})

test('the headers of a silent stream arrive at once', async () => {
  const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n')
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/`))
  await client.until(/text\/event-stream\r\n.*\r\n\r\n/s)
  origin.sockets[0]?.write('data: 1\n\n')
  await client.until(/data: 1/)
})

test('answers pipelined requests in order', async () => {
  const origin = await startOrigin((request, response) => {
    setTimeout(() => response.end(request.url), request.url === '/1' ? 40 : 0)
  })
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/1`) + requestBytes(`${origin.url}/2`) + requestBytes(`${origin.url}/3`))
  expect(await client.until(/\/1.*\/2.*\/3/s)).toMatch(/\/1.*\/2.*\/3/s)
})

test('a client that has said all it had to say still gets its answer', async () => {
  const origin = await startOrigin((_, response) => void setTimeout(() => response.end('late'), 50))
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.socket.end(requestBytes(`${origin.url}/`))
  await client.ended
  expect(client.text()).toMatch(/late$/)
})

test('keeps the bytes of header values where the body comes late', async () => {
  const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nX-Name: \xc3\xa9\xe9\r\nContent-Length: 1\r\n\r\n')
  const proxy = await startProxy()
  for (const extra of [[], ['Expect: 100-continue']]) {
    const request = requestBytes(`${origin.url}/`, ['X-Name: \xc3\xa9\xe9', 'Content-Length: 1', ...extra], 'POST')
    expect(await sendRaw(proxy.port, request, /\r\n\r\n/)).toContain('X-Name: \xc3\xa9\xe9\r\n')
    expect(origin.heads.pop()).toContain('X-Name: \xc3\xa9\xe9\r\n')
  }
})

test.each([
  ['gzip, chunked', '3\r\nabc\r\n0\r\n\r\n', /Transfer-Encoding: gzip, chunked\r\n.*\r\n\r\n3\r\nabc\r\n0\r\n\r\n$/s],
  ['x-unknown', 'abc', /Transfer-Encoding: x-unknown\r\n.*Connection: close\r\n\r\nabc$/s],
  ['identity', 'abc', /Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n$/s],
])('a body in the coding %j keeps its label and its bytes', async (coding, body, expected) => {
  const head = `HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n${body}`
  const origin = await startRawOrigin((socket) => socket.end(head))
  const proxy = await startProxy()
  expect(await sendRaw(proxy.port, requestBytes(`${origin.url}/`, ['Connection: close']))).toMatch(expected)
})
