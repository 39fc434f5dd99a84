import { expect, test } from 'vitest'
import type { ChallengeAnswer } from '../../src/login/exchange.js'
import {
  connectRaw,
  requestBytes,
  scriptedLogin,
  sendRaw,
  startOrigin,
  startProxy,
  startRawOrigin,
  waitFor,
} from './rig.js'

const CHALLENGE = 'IAM realm="123456789012", v="2"'
const REPLAY: ChallengeAnswer = {
  kind: 'replay',
  source: 'login',
  cookie: 'session=new',
  setCookieLines: ['session=new; Path=/'],
  defaultHeaders: [],
}
const PASS: ChallengeAnswer = { kind: 'pass' }

interface Seen {
  readonly method: string | undefined
  readonly cookie: string | undefined
  readonly body: string
  readonly trailers: readonly string[]
  readonly port: number | undefined
}

/** Lets `session=new` in and challenges everybody else, in its own good time: after the whole body. */
async function startService(body401 = 'who are you?') {
  const seen: Seen[] = []
  const origin = await startOrigin((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const { method, headers, rawTrailers, socket } = request
      seen.push({ method, cookie: headers.cookie, body, trailers: rawTrailers, port: socket.remotePort })
      if (headers.cookie?.includes('session=new')) {
        response.setHeader('set-cookie', 'own=1')
        response.end(`welcome ${body}`)
      } else {
        response.writeHead(401, { 'www-authenticate': ['Basic realm="x"', CHALLENGE], 'set-cookie': 'iam_auth_c=1' })
        response.end(body401)
      }
    })
  })
  return { ...origin, seen }
}

test('pass: the client gets the 401 untouched', async () => {
  const service = await startService()
  const { login, asked } = scriptedLogin(PASS)
  const proxy = await startProxy({ login })
  const answer = await sendRaw(proxy.port, requestBytes(`${service.url}/a?b`, ['Cookie: a=1']), /you\?/)
  expect(answer).toMatch(/^HTTP\/1.1 401 Unauthorized\r\n.*Basic realm="x".*IAM realm.*iam_auth_c=1.*who are you\?/s)
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatchObject({
    origin: service.url,
    method: 'GET',
    path: '/a?b',
    requestRawHeaders: ['Host', service.host, 'Cookie', 'a=1'],
    attempt: 0,
    replayedWith: undefined,
    replayable: true,
  })
  expect(asked[0]?.responseRawHeaders).toContain(CHALLENGE)
  expect(service.seen).toHaveLength(1)
})

test.each([
  ['adds a default field', undefined, ['SAMEORIGIN']],
  ['leaves the field of the service', 'DENY', ['DENY']],
])('replay: %s', async (_, own, expected) => {
  const service = await startOrigin((request, response) => {
    if (own !== undefined) response.setHeader('x-frame-options', own)
    if (request.headers.cookie !== 'session=new') response.writeHead(401, { 'www-authenticate': CHALLENGE })
    response.end('a page')
  })
  const { login } = scriptedLogin({ ...REPLAY, defaultHeaders: ['X-Frame-Options', 'SAMEORIGIN'] } as ChallengeAnswer)
  const proxy = await startProxy({ login })
  const answer = await sendRaw(proxy.port, requestBytes(`${service.url}/`), /a page/)
  expect([...answer.matchAll(/^x-frame-options: (.*?)\r$/gim)].map(([, value]) => value)).toEqual(expected)
})

test('replay: what a refused session had set is not passed on', async () => {
  const service = await startService()
  const stale = {
    ...REPLAY,
    source: 'kept-session',
    cookie: 'session=old',
    setCookieLines: ['session=old'],
  } as ChallengeAnswer
  const { login } = scriptedLogin(stale, REPLAY)
  const proxy = await startProxy({ login })
  const answer = await sendRaw(proxy.port, requestBytes(`${service.url}/`), /welcome/)
  expect(answer).toContain('Set-Cookie: session=new; Path=/')
  expect(answer).not.toContain('session=old')
})

test('respond: the client gets our answer instead', async () => {
  const service = await startService()
  const rawHeaders = ['Content-Type', 'text/html', 'X-Ours', '1']
  const { login } = scriptedLogin({ kind: 'respond', status: 403, rawHeaders, body: '<p>né</p>' })
  const proxy = await startProxy({ login })
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${service.url}/`))
  const answer = await client.until(/<\/p>/)
  expect(answer).toMatch(/^HTTP\/1.1 403 Forbidden\r\nContent-Type: text\/html\r\nX-Ours: 1\r\nContent-Length: 10\r\n/)
  expect(answer).not.toMatch(/iam_auth_c|www-authenticate/i)
  client.write(requestBytes(`${service.url}/`, ['Cookie: session=new']))
  await client.until(/welcome/)
})

test('replay: the request is sent again with the new cookie alone, and the client gets both sets of cookies', async () => {
  const service = await startService()
  const { login } = scriptedLogin(REPLAY)
  const proxy = await startProxy({ login })
  const answer = await sendRaw(proxy.port, requestBytes(`${service.url}/`, ['Cookie: a=1', 'Cookie: b=2']), /welcome/)
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\nSet-Cookie: session=new; Path=\/\r\nset-cookie: own=1\r\n/)
  expect(answer).not.toContain('iam_auth_c')
  expect(service.seen.map(({ cookie }) => cookie)).toEqual(['a=1; b=2', 'session=new'])
  expect(service.seen[0]?.port).toBe(service.seen[1]?.port)
})

test('replay with an empty cookie sends none', async () => {
  const service = await startService()
  const { login, asked } = scriptedLogin({
    kind: 'replay',
    source: 'nothing-new',
    cookie: '',
    setCookieLines: [],
    defaultHeaders: [],
  })
  const proxy = await startProxy({ login })
  await sendRaw(proxy.port, requestBytes(`${service.url}/`, ['Cookie: old=1']), /you\?/)
  expect(service.seen.map(({ cookie }) => cookie)).toEqual(['old=1', undefined])
  expect(asked.map(({ attempt, replayedWith }) => [attempt, replayedWith])).toEqual([
    [0, undefined],
    [1, 'nothing-new'],
  ])
})

test.each([
  ['with a length', ['Content-Length: 5'], 'hello', []],
  ['in chunks', ['Transfer-Encoding: chunked'], '2\r\nhe\r\n3\r\nllo\r\n0\r\nX-Sum: 1\r\n\r\n', ['X-Sum', '1']],
])('replay: a body %s is sent again', async (_, lines, body, trailers) => {
  const service = await startService()
  const { login } = scriptedLogin(REPLAY)
  const proxy = await startProxy({ login })
  const answer = await sendRaw(proxy.port, requestBytes(`${service.url}/`, lines, 'PUT') + body, /welcome hello/)
  expect(answer).toMatch(/^HTTP\/1.1 200 /)
  expect(service.seen).toMatchObject([
    { method: 'PUT', body: 'hello', trailers },
    { method: 'PUT', body: 'hello', trailers, cookie: 'session=new' },
  ])
})

test('at most three answers a request, then the 401', async () => {
  const service = await startService()
  const refused: ChallengeAnswer = {
    kind: 'replay',
    source: 'kept-session',
    cookie: 'session=old',
    setCookieLines: ['x=1'],
    defaultHeaders: [],
  }
  const { login, asked } = scriptedLogin(refused, refused, refused, refused)
  const proxy = await startProxy({ login })
  const answer = await sendRaw(proxy.port, requestBytes(`${service.url}/`), /you\?/)
  expect(answer).toMatch(/^HTTP\/1.1 401 /)
  expect(asked.map(({ attempt }) => attempt)).toEqual([0, 1, 2])
  expect(service.seen).toHaveLength(4)
})

test('a body too large to keep: 307 with the cookies, once per URL and connection, then the 401', async () => {
  const service = await startService()
  const { login, asked } = scriptedLogin(REPLAY, REPLAY, REPLAY)
  const proxy = await startProxy({ login, limits: { replayLimitBytes: 4 } })
  const client = connectRaw(proxy.port)
  const request = `${requestBytes(`${service.url}/up?x`, ['Content-Length: 5'], 'POST')}hello`
  client.write(request)
  const first = await client.until(/\r\n\r\n/)
  expect(first).toMatch(/^HTTP\/1.1 307 Temporary Redirect\r\n/)
  expect(first).toContain(`Location: ${service.url}/up?x\r\n`)
  expect(first).toContain('Set-Cookie: session=new; Path=/\r\n')
  client.write(request)
  await client.until(/HTTP\/1.1 401 .*you\?/s)
  expect(asked.map(({ replayable }) => replayable)).toEqual([false])
  expect(await sendRaw(proxy.port, request, /\r\n\r\n/)).toMatch(/^HTTP\/1.1 307 /)
})

test('a body too large to keep: 307 again once the session it got has had its time', async () => {
  const service = await startService()
  const { login, asked } = scriptedLogin(REPLAY, REPLAY)
  const proxy = await startProxy({ login, limits: { replayLimitBytes: 4, redirectPauseMs: 0 } })
  const client = connectRaw(proxy.port)
  const request = `${requestBytes(`${service.url}/up`, ['Content-Length: 5'], 'POST')}hello`
  client.write(request)
  await client.until(/HTTP\/1.1 307 .*\r\n\r\n/s)
  client.write(request)
  await client.until(/HTTP\/1.1 307 .*HTTP\/1.1 307 .*\r\n\r\n/s)
  expect(asked).toHaveLength(2)
})

test('chunks beyond the limit count as too large, too', async () => {
  const service = await startService()
  const { login, asked } = scriptedLogin(REPLAY)
  const proxy = await startProxy({ login, limits: { replayLimitBytes: 4 } })
  const request = `${requestBytes(`${service.url}/`, ['Transfer-Encoding: chunked'], 'POST')}3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n`
  expect(await sendRaw(proxy.port, request, /\r\n\r\n/)).toMatch(/^HTTP\/1.1 307 /)
  expect(asked[0]?.replayable).toBe(false)
})

/** Challenges at once, without reading the body; lets `session=new` in after the body. */
async function startHastyService() {
  return startRawOrigin((socket, head, rest) => {
    if (!head.includes('session=new')) {
      socket.write(
        `HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ${CHALLENGE}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      )
      socket.pause()
      return
    }
    let left = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    const take = (chunk: string | Buffer) => {
      left -= chunk.length
      if (left === 0) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nwelcome')
    }
    take(rest)
    socket.on('data', take)
  })
}

test('a 401 in the middle of the upload: the rest is read, then the whole is sent again', async () => {
  const service = await startHastyService()
  const { login, asked } = scriptedLogin(REPLAY)
  const proxy = await startProxy({ login })
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${service.url}/`, ['Content-Length: 900000'], 'POST'))
  client.write(Buffer.alloc(400_000))
  await waitFor(() => service.heads.length === 1)
  client.write(Buffer.alloc(500_000))
  await client.until(/welcome/)
  expect(asked[0]?.replayable).toBe(true)
})

test('a 401 to Expect: 100-continue: we ask for the body, then send the whole', async () => {
  const service = await startHastyService()
  const { login } = scriptedLogin(REPLAY)
  const proxy = await startProxy({ login })
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${service.url}/`, ['Expect: 100-continue', 'Content-Length: 5'], 'POST'))
  expect(await client.until(/\r\n\r\n/)).toBe('HTTP/1.1 100 Continue\r\n\r\n')
  client.write('hello')
  expect(await client.until(/welcome/)).toMatch(/HTTP\/1.1 200 OK/)
  expect(service.heads[1]).not.toContain('Expect')
})

test('a 401 in the middle of an upload beyond the limit: 307 at once', async () => {
  const service = await startHastyService()
  const { login } = scriptedLogin(REPLAY)
  const proxy = await startProxy({ login })
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${service.url}/`, ['Content-Length: 90000000'], 'POST'))
  client.write(Buffer.alloc(3_000_000))
  expect(await client.until(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 307 /)
})

test.each(['//evil.example/x', '/\\evil.example', '/.//evil.example', '/%2e//x', '/a/..//x'])(
  'the challenge of %s is passed on without a login',
  async (path) => {
    const service = await startService()
    const { login, asked } = scriptedLogin(REPLAY)
    const proxy = await startProxy({ login })
    expect(await sendRaw(proxy.port, requestBytes(service.url + path), /you\?/)).toMatch(/^HTTP\/1.1 401 /)
    expect(asked).toEqual([])
  },
)

test.each([
  ['401', 'WWW-Authenticate: Basic realm="x"', 0],
  ['401', 'WWW-Authenticate: XIAM realm="x"', 0],
  ['401', 'X-Authenticate: IAM realm="x"', 0],
  ['403', 'WWW-Authenticate: IAM realm="x"', 0],
  ['401', 'www-authenticate: iam realm="x"', 1],
  ['401', 'WWW-Authenticate: Basic realm="x", IAM\trealm="y"', 1],
])('%s with %s asks the login layer %i times', async (status, line, times) => {
  const origin = await startRawOrigin(`HTTP/1.1 ${status} X\r\n${line}\r\nContent-Length: 2\r\n\r\nno`)
  const { login, asked } = scriptedLogin(PASS)
  const proxy = await startProxy({ login })
  await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /no$/)
  expect(asked).toHaveLength(times)
})

test('a client that leaves during the login aborts it', async () => {
  const service = await startService()
  let signal: AbortSignal | undefined
  const proxy = await startProxy({
    login: {
      answer: (exchange) =>
        new Promise((resolve) => {
          signal = exchange.signal
          signal.addEventListener('abort', () => resolve(PASS))
        }),
    },
  })
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${service.url}/`))
  await waitFor(() => signal)
  client.socket.destroy()
  await waitFor(() => signal?.aborted)
  // The challenge had all come: its connection waits for the next request.
  const { http1 } = proxy.upstream.wayOf({ scheme: 'http', host: '127.0.0.1', port: 80 })
  expect([http1.counts, service.open.size]).toEqual([{ open: 1, idle: 1 }, 1])
})

test('a service that closes during the login: pass is a 502, replay goes over a new connection', async () => {
  const head = `HTTP/1.1 401 X\r\nWWW-Authenticate: ${CHALLENGE}\r\nContent-Length: 5\r\n\r\nab`
  const origin = await startRawOrigin((socket, text) => {
    if (text.includes('session=new')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    else socket.end(head)
  })
  const answers = [PASS, REPLAY]
  const login = { answer: () => waitFor(() => origin.open.size === 0).then(() => answers.shift() ?? PASS) }
  const proxy = await startProxy({ login })
  expect(await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /\r\n\r\n/)).toMatch(/^HTTP\/1.1 502 /)
  expect(await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /\r\n\r\n/)).toMatch(/^HTTP\/1.1 200 /)
})

test('an answer of the login layer that cannot be said in HTTP is a 502, not the end of the process', async () => {
  const service = await startService()
  const { login } = scriptedLogin({ kind: 'respond', status: 403, rawHeaders: ['X', 'a\nb'], body: '' })
  const proxy = await startProxy({ login })
  expect(await sendRaw(proxy.port, requestBytes(`${service.url}/`), /\n$/)).toMatch(/^HTTP\/1.1 502 /)
})

test('a login layer that throws ends as the untouched 401', async () => {
  const service = await startService()
  const proxy = await startProxy({ login: { answer: () => Promise.reject(new Error('bug')) } })
  expect(await sendRaw(proxy.port, requestBytes(`${service.url}/`), /you\?/)).toMatch(/^HTTP\/1.1 401 /)
})

test('the body of a challenge nobody sees is read to its end if short, else cut off', async () => {
  for (const [size, connections] of [
    [1000, 1],
    [5_000_000, 2],
  ] as const) {
    const service = await startService('x'.repeat(size))
    const { login } = scriptedLogin(REPLAY)
    const proxy = await startProxy({ login })
    await sendRaw(proxy.port, requestBytes(`${service.url}/`), /welcome/)
    expect(new Set(service.seen.map(({ port }) => port)).size).toBe(connections)
  }
})
