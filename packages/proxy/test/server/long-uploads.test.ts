import { createHash, randomBytes } from 'node:crypto'
import http from 'node:http'
import { expect, test } from 'vitest'
import { connectRaw, scriptedLogin, startOrigin, startProxy, startRawOrigin, waitFor } from './rig.js'

/** Of no size that a buffer has, so that each of them sees other bytes. */
const BLOCK = randomBytes(1_000_003)

function bodyOf(size: number, start = 0): Buffer {
  const copies = Math.ceil((start + size) / BLOCK.length)
  return Buffer.concat(Array.from({ length: copies }, () => BLOCK)).subarray(start, start + size)
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

type Pace = 'eagerly' | 'in fits'

/** A service that answers an upload with its SHA-256 and size, once it has it. */
async function startSink(pace: Pace = 'eagerly') {
  const uploads: http.IncomingMessage[] = []
  const origin = await startOrigin((request, response) => {
    uploads.push(request)
    const hash = createHash('sha256')
    let size = 0
    request.on('data', (chunk: Buffer) => {
      hash.update(chunk)
      size += chunk.length
      if (pace === 'eagerly' || size % 7 !== 0) return
      request.pause()
      setTimeout(() => request.resume(), 5)
    })
    request.on('end', () => response.end(`${hash.digest('hex')} ${size}`))
    request.on('error', () => {})
  })
  return { ...origin, uploads }
}

interface Answered {
  readonly status: number
  readonly connection: string | undefined
  readonly text: string
}

type UploadOptions = http.RequestOptions & {
  readonly isChunked?: boolean
  readonly onSocket?: (localPort: number | undefined) => void
}

function upload(proxyPort: number, url: string, body: Buffer, options: UploadOptions = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const framing = options.isChunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': body.length }
    const headers = { host: new URL(url).host, ...framing, ...options.headers }
    const request = http.request(
      { host: '127.0.0.1', port: proxyPort, path: url, method: 'PUT', agent: false, ...options, headers },
      (answer) => {
        let text = ''
        answer.on('data', (chunk) => {
          text += chunk
        })
        const { statusCode: status = 0 } = answer
        options.onSocket?.(answer.socket.localPort)
        answer.on('close', () => resolve({ status, connection: answer.headers.connection, text }))
      },
    )
    request.on('error', reject)
    if (options.headers && 'expect' in options.headers) request.on('continue', () => request.end(body))
    else request.end(body)
  })
}

/** The head of an upload, written by hand. */
function uploadHead(url: string, size: number, lines: readonly string[] = []): string {
  return [`PUT ${url} HTTP/1.1`, `Host: ${new URL(url).host}`, `Content-Length: ${size}`, ...lines, '', ''].join('\r\n')
}

/** A request after which the connection ends. */
function lastRequest({ url, host }: { readonly url: string; readonly host: string }): string {
  return `GET ${url}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
}

test.each<Pace>(['eagerly', 'in fits'])(
  'a long upload is the one that was sent, to a service that reads %s',
  async (pace) => {
    const origin = await startSink(pace)
    const proxy = await startProxy()
    const body = bodyOf(30_000_000, 5)
    const { status, text } = await upload(proxy.port, `${origin.url}/`, body)
    expect({ status, text }).toEqual({ status: 200, text: `${hashOf(body)} 30000000` })
  },
)

test('forty at once, to quick and slow services, each arrive as they were sent', async () => {
  const services = [await startSink('eagerly'), await startSink('in fits')]
  const proxy = await startProxy()
  const bodies = Array.from({ length: 40 }, (_, at) => bodyOf(1_100_000 + at * 50_001, at * 999))
  const answers = await Promise.all(bodies.map((body, at) => upload(proxy.port, `${services[at % 2]?.url}/`, body)))
  expect(answers.map(({ text }) => text)).toEqual(bodies.map((body) => `${hashOf(body)} ${body.length}`))
})

test('sizes about those of buffers and of the limit for replays', async () => {
  const origin = await startSink()
  const proxy = await startProxy()
  const sizes = [1024, 1024 + 64, 1024 + 128, 1024 + 192, 1024 + 512, 2048].flatMap((kib) =>
    [-1, 0, 1, 200].map((by) => kib * 1024 + by),
  )
  for (const size of sizes) {
    const body = bodyOf(size, size % 1000)
    expect((await upload(proxy.port, `${origin.url}/`, body)).text).toBe(`${hashOf(body)} ${size}`)
  }
  // To the service they are requests like any other.
  expect(origin.open.size).toBe(1)
})

test('long and short ones, and requests without a body, one after another over one connection', async () => {
  const origin = await startSink()
  const proxy = await startProxy()
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const ports = new Set<number | undefined>()
  for (const size of [9_000_000, 9_000, 0, 2_000_000, 2_000_001, 0, 9_000_001]) {
    const body = bodyOf(size, size % 1000)
    const answered = await upload(proxy.port, `${origin.url}/`, body, { agent, onSocket: (port) => ports.add(port) })
    expect(answered).toEqual({ status: 200, connection: 'keep-alive', text: `${hashOf(body)} ${size}` })
  }
  expect(ports.size).toBe(1)
  agent.destroy()
})

test('many over one connection leave nothing on it', async () => {
  const origin = await startSink()
  const proxy = await startProxy()
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  for (let count = 0; count < 15; count++) await upload(proxy.port, `${origin.url}/`, bodyOf(2_000_000), { agent })
  await new Promise((resolve) => setImmediate(resolve))
  process.removeListener('warning', onWarning)
  expect(warnings).toEqual([])
  agent.destroy()
})

test('what a client sends behind a long upload is its next request, and no part of the upload', async () => {
  const origin = await startSink()
  const proxy = await startProxy()
  const body = bodyOf(8_000_000)
  const client = connectRaw(proxy.port)
  client.write(uploadHead(`${origin.url}/1`, body.length))
  client.write(Buffer.concat([body, Buffer.from(uploadHead(`${origin.url}/2`, body.length)), body]))
  client.write(`GET ${origin.url}/3 HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n\r\n`)
  await client.ended
  expect(client.text().match(/ 8000000/g)).toHaveLength(2)
  expect(client.text().split(hashOf(body))).toHaveLength(3)
  expect(origin.uploads.map(({ url }) => url)).toEqual(['/1', '/2', '/3'])
})

test('what is no request there is refused', async () => {
  const origin = await startSink()
  const proxy = await startProxy()
  const body = bodyOf(8_000_000)
  const client = connectRaw(proxy.port)
  client.write(uploadHead(`${origin.url}/`, body.length))
  client.write(Buffer.concat([body, Buffer.from('no request\r\n\r\n')]))
  await client.ended
  expect(client.text()).toMatch(/^HTTP\/1\.1 200 OK[\s\S]* 8000000[\s\S]*HTTP\/1\.1 400 /)
  expect(origin.uploads).toHaveLength(1)
})

test('a client that is done sending after a long upload gets its answer', async () => {
  const origin = await startSink()
  const proxy = await startProxy()
  const body = bodyOf(8_000_000)
  const client = connectRaw(proxy.port)
  client.write(uploadHead(`${origin.url}/`, body.length))
  client.socket.end(body)
  await client.ended
  expect(client.text()).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(client.text()).toContain(`${hashOf(body)} 8000000`)
})

test('one that is done sending in the middle of it has sent no upload', async () => {
  const origin = await startSink()
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(uploadHead(`${origin.url}/`, 9_000_000))
  client.socket.end(bodyOf(8_000_000))
  await client.ended
  expect(client.text()).toMatch(/^HTTP\/1\.1 400 /)
  await waitFor(() => origin.open.size === 0)
  expect(origin.uploads.map(({ complete }) => complete)).toEqual([false])
})

test('one that leaves in the middle of it takes its connection to the service along', async () => {
  const origin = await startSink()
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(uploadHead(`${origin.url}/`, 9_000_000_000))
  client.write(bodyOf(8_000_000))
  await waitFor(() => client.socket.writableLength === 0)
  client.socket.resetAndDestroy()
  await waitFor(() => origin.open.size === 0)
  const body = bodyOf(3_000_000, 9)
  expect((await upload(proxy.port, `${origin.url}/`, body)).text).toBe(`${hashOf(body)} 3000000`)
})

test('a service that answers in the middle of it is heard at once, and the rest is read to its end', async () => {
  const proxy = await startProxy()
  const other = await startSink()
  let received = 0
  const origin = await startRawOrigin((socket) => {
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length
      if (received > 3_000_000)
        socket.end('HTTP/1.1 413 TOO LARGE\r\nContent-Length: 4\r\nConnection: close\r\n\r\nmuch')
    })
  })
  const client = connectRaw(proxy.port)
  client.write(uploadHead(`${origin.url}/`, 30_000_000))
  client.write(bodyOf(15_000_000))
  await client.until(/413 TOO LARGE[\s\S]*much/)
  client.write(bodyOf(15_000_000))
  client.write(lastRequest(other))
  await client.ended
  expect(client.text().match(/HTTP\/1\.1 /g)).toHaveLength(2)
  expect(client.text()).toContain(` 0`)
})

test.each(['closes', 'resets'])(
  'a service that %s in the middle of it fails the request, and no other',
  async (how) => {
    const proxy = await startProxy()
    const other = await startSink()
    let received = 0
    const origin = await startRawOrigin((socket) => {
      socket.on('data', (chunk: Buffer) => {
        received += chunk.length
        if (received > 3_000_000) how === 'closes' ? socket.destroy() : socket.resetAndDestroy()
      })
    })
    const client = connectRaw(proxy.port)
    client.write(uploadHead(`${origin.url}/`, 30_000_000))
    client.write(bodyOf(30_000_000))
    client.write(lastRequest(other))
    await client.ended
    expect(client.text()).toMatch(/^HTTP\/1\.1 502 [\s\S]*HTTP\/1\.1 200 OK/)
  },
)

test('a service that asks for a login in the middle of it', async () => {
  const other = await startSink()
  const { login, asked } = scriptedLogin({ kind: 'pass' })
  const proxy = await startProxy({ login })
  let received = 0
  const origin = await startRawOrigin((socket) => {
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length
      if (received > 3_000_000 && received - chunk.length <= 3_000_000)
        socket.write('HTTP/1.1 401 NO\r\nWWW-Authenticate: IAM realm="x"\r\nContent-Length: 4\r\n\r\nwho?')
    })
  })
  const client = connectRaw(proxy.port)
  client.write(uploadHead(`${origin.url}/`, 30_000_000))
  client.write(bodyOf(30_000_000))
  client.write(lastRequest(other))
  await client.ended
  expect(client.text()).toMatch(/^HTTP\/1\.1 401 NO[\s\S]*who\?HTTP\/1\.1 200 OK/)
  expect(asked).toHaveLength(1)
})

test('a service that reads nothing holds the client back', async () => {
  const proxy = await startProxy()
  const origin = await startRawOrigin((socket) => socket.removeAllListeners('data').pause())
  const client = connectRaw(proxy.port)
  client.write(uploadHead(`${origin.url}/`, 200_000_000))
  const piece = bodyOf(1_000_000)
  let sent = 0
  const push = () => {
    while (sent < 200 && client.socket.write(piece)) sent += 1
  }
  client.socket.on('drain', push)
  push()
  await new Promise((resolve) => setTimeout(resolve, 1500))
  expect(sent).toBeLessThan(40)
  expect(origin.sockets).toHaveLength(1)
})

test('what a client sends behind an upload whose answer is still to come is held back, and arrives', async () => {
  const [proxy, answers] = [await startProxy(), [] as (() => void)[]]
  const origin = await startOrigin((request, response) => {
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
    })
    request.on('end', () => answers.push(() => response.end(`got ${size}`)))
  })
  const client = connectRaw(proxy.port)
  client.write(uploadHead(`${origin.url}/`, 8_000_000))
  client.write(bodyOf(8_000_000))
  const answer = await waitFor(() => answers.shift())
  client.write(uploadHead(`${origin.url}/`, 100_000_000))
  const piece = bodyOf(1_000_000)
  let sent = 0
  const push = () => {
    while (sent < 100) {
      sent += 1
      if (!client.socket.write(piece)) return
    }
  }
  client.socket.on('drain', push)
  push()
  // Until all buffers on the way are full, and nothing goes on.
  let [before, since] = [-1, 0]
  await waitFor(() => {
    if (sent !== before) [before, since] = [sent, performance.now()]
    return performance.now() - since > 500
  })
  expect(sent).toBeLessThan(100)
  expect(client.text()).toBe('')
  answer()
  ;(await waitFor(() => answers.shift()))()
  await client.until(/got 8000000HTTP[\s\S]*got 100000000/)
})

test('a client that asks first whether to send it', async () => {
  const origin = await startSink()
  const proxy = await startProxy()
  const body = bodyOf(5_000_000)
  const answered = await upload(proxy.port, `${origin.url}/`, body, { headers: { expect: '100-continue' } })
  expect(answered.text).toBe(`${hashOf(body)} 5000000`)
})

test('an upload in chunks goes on as one', async () => {
  const origin = await startSink()
  const proxy = await startProxy()
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const body = bodyOf(5_000_000)
  const answered = await upload(proxy.port, `${origin.url}/`, body, { agent, isChunked: true })
  expect(answered).toEqual({ status: 200, connection: 'keep-alive', text: `${hashOf(body)} 5000000` })
  agent.destroy()
})

test('a request that was asked before it, over the same connection, is answered first', async () => {
  const proxy = await startProxy()
  const slow = await startOrigin((_, response) => setTimeout(() => response.end('first'), 300))
  const origin = await startSink()
  const body = bodyOf(6_000_000)
  const client = connectRaw(proxy.port)
  client.write(`GET ${slow.url}/ HTTP/1.1\r\nHost: ${slow.host}\r\n\r\n${uploadHead(`${origin.url}/`, body.length)}`)
  client.write(body)
  client.write(lastRequest(origin))
  await client.ended
  expect(client.text()).toMatch(/first[\s\S]*HTTP\/1\.1 200 OK/)
  expect(client.text()).toContain(`${hashOf(body)} 6000000`)
})
