import { createHash, type Hash, randomBytes } from 'node:crypto'
import http from 'node:http'
import { expect, test } from 'vitest'
import { connectRaw, requestBytes, startOrigin, startProxy, startRawOrigin, waitFor } from './rig.js'

/** Of no size that a buffer has, so that each of them sees other bytes. */
const BLOCK = randomBytes(1_000_003)
const SIZE = 30_000_000

/** What `/SIZE/START` is answered with: bytes of the block, round and round. */
function* bytesOf(path: string): Generator<Buffer> {
  const [size = 0, start = 0] = path.slice(1).split('/').map(Number)
  let at = start % BLOCK.length
  for (let left = size; left > 0; ) {
    const piece = BLOCK.subarray(at, Math.min(BLOCK.length, at + left))
    left -= piece.length
    at = 0
    yield piece
  }
}

function hashOf(path: string): string {
  const hash = createHash('sha256')
  for (const piece of bytesOf(path)) hash.update(piece)
  return hash.digest('hex')
}

async function startSource() {
  return startOrigin((request, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname
    response.setHeader('content-length', path.slice(1).split('/')[0] ?? '')
    const pieces = bytesOf(path)
    const push = () => {
      for (;;) {
        const { value, done } = pieces.next()
        if (done) return void response.end()
        if (!response.write(value)) return void response.once('drain', push)
      }
    }
    push()
  })
}

type Pace = 'eager' | 'in fits'

interface Fetched {
  readonly sha256: string
  readonly received: number
  readonly isComplete: boolean
}

function fetchThrough(proxyPort: number, url: string, pace: Pace, agent: http.Agent | false = false): Promise<Fetched> {
  const { host } = new URL(url)
  return fetchPaced({ host: '127.0.0.1', port: proxyPort, path: url, headers: { host }, agent }, pace)
}

function fetchPaced(options: http.RequestOptions, pace: Pace): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    const request = http.get(options)
    request.on('error', reject)
    request.on('response', (answer) => {
      const hash: Hash = createHash('sha256')
      let received = 0
      answer.on('data', (chunk: Buffer) => {
        hash.update(chunk)
        received += chunk.length
        if (pace === 'eager' || received % 7 !== 0) return
        answer.pause()
        setTimeout(() => answer.resume(), 5)
      })
      answer.on('error', () => {})
      answer.on('close', () => resolve({ sha256: hash.digest('hex'), received, isComplete: answer.complete }))
    })
  })
}

test.each<Pace>(['eager', 'in fits'])(
  'a long body is the one that was sent, for a client that reads %s',
  async (pace) => {
    const origin = await startSource()
    const proxy = await startProxy()
    const path = `/${SIZE}/5`
    const fetched = await fetchThrough(proxy.port, `${origin.url}${path}`, pace)
    expect(fetched).toEqual({ sha256: hashOf(path), received: SIZE, isComplete: true })
  },
)

test('a client that stands still for a while misses nothing, and gets nothing twice', async () => {
  const origin = await startSource()
  const proxy = await startProxy()
  const path = `/${SIZE}/77`
  const client = connectRaw(proxy.port)
  client.socket.removeAllListeners('data').pause()
  client.write(requestBytes(`${origin.url}${path}`))
  const hash = createHash('sha256')
  let head = ''
  let received = 0
  for (const wait of [200, 100, 50, 0]) {
    await new Promise((resolve) => setTimeout(resolve, wait))
    const stop = wait === 0 ? SIZE : received + 3_000_000
    client.socket.on('data', (chunk: Buffer) => {
      let bytes = chunk
      if (!head.includes('\r\n\r\n')) {
        head += chunk.toString('latin1')
        const end = head.indexOf('\r\n\r\n')
        bytes = end < 0 ? Buffer.alloc(0) : Buffer.from(head.slice(end + 4), 'latin1')
      }
      hash.update(bytes)
      received += bytes.length
      if (received >= stop) client.socket.removeAllListeners('data').pause()
    })
    client.socket.resume()
    await waitFor(() => received >= stop, 20_000)
  }
  expect(received).toBe(SIZE)
  expect(hash.digest('hex')).toBe(hashOf(path))
})

test('forty at once, quick and slow, each get their own', async () => {
  const origin = await startSource()
  const proxy = await startProxy()
  const paths = Array.from({ length: 40 }, (_, at) => `/${1_000_000 + at * 100_001}/${at * 999}`)
  const fetched = await Promise.all(
    paths.map((path, at) => fetchThrough(proxy.port, `${origin.url}${path}`, at % 3 === 0 ? 'in fits' : 'eager')),
  )
  expect(fetched.map(({ sha256 }) => sha256)).toEqual(paths.map(hashOf))
})

test('sizes about those of buffers, one after another over one connection', async () => {
  const origin = await startSource()
  const proxy = await startProxy()
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const sizes = [64, 128, 192, 256, 512, 576, 640, 1024].flatMap((kib) => [-1, 0, 1, 200].map((by) => kib * 1024 + by))
  for (const size of sizes) {
    const path = `/${size}/${size}`
    const fetched = await fetchThrough(proxy.port, `${origin.url}${path}`, 'eager', agent)
    expect(fetched).toEqual({ sha256: hashOf(path), received: size, isComplete: true })
  }
  expect(origin.open.size).toBe(1)
  agent.destroy()
})

test('two long answers to requests that a client sends at once come in order', async () => {
  const origin = await startSource()
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  const paths = ['/2000001/1', '/3000001/2']
  client.write(paths.map((path) => requestBytes(`${origin.url}${path}`)).join(''))
  await waitFor(() => client.text().length > 5_000_002, 10_000)
  const answers = client.text().split(/HTTP\/1\.1 200 OK\r\n(?:[^\r\n]+\r\n)+\r\n/)
  const hashes = answers.slice(1).map((body) => createHash('sha256').update(body, 'latin1').digest('hex'))
  expect(hashes).toEqual(paths.map(hashOf))
})

test('what a service sends behind a long body reaches nobody', async () => {
  const body = 'b'.repeat(2_000_000)
  const origin = await startRawOrigin(
    `HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n${body}HTTP/1.1 200 SMUGGLED\r\n\r\n`,
  )
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/`) + requestBytes(`${origin.url}/second`))
  await waitFor(() => client.text().length > 4_000_000, 10_000)
  expect(client.text()).not.toContain('SMUGGLED')
  expect(client.text().match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
  expect(origin.sockets).toHaveLength(2)
})

test.each(['closes', 'resets'])('a long body whose service %s on the way is not passed off as whole', async (how) => {
  const origin = await startRawOrigin((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n')
    socket.write(Buffer.alloc(4_000_000), () => (how === 'closes' ? socket.end() : socket.resetAndDestroy()))
  })
  const proxy = await startProxy()
  const fetched = await fetchThrough(proxy.port, `${origin.url}/`, 'eager')
  expect(fetched.isComplete).toBe(false)
  expect(fetched.received).toBeLessThanOrEqual(4_000_000)
})

test('a client that leaves in the middle of a long body takes its connection to the service along', async () => {
  const origin = await startSource()
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/9000000000/1`))
  await waitFor(() => client.text().length > 3_000_000)
  client.socket.destroy()
  await waitFor(() => origin.open.size === 0)
  const after = await fetchThrough(proxy.port, `${origin.url}/3000000/9`, 'eager')
  expect(after.sha256).toBe(hashOf('/3000000/9'))
})

test.each<Pace>(['eager', 'in fits'])(
  'what comes down a tunnel is what was sent, for a client that reads %s',
  async (pace) => {
    const origin = await startSource()
    const proxy = await startProxy()
    const { host } = new URL(origin.url)
    const paths = ['/100/1', `/${SIZE}/2`, '/100/3', `/${SIZE}/4`]
    const client = connectRaw(proxy.port)
    client.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    await client.until(/ 200 [^\n]*\r\n\r\n/)
    client.socket.removeAllListeners('data')
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    agent.createConnection = () => client.socket
    for (const path of paths) {
      const fetched = await fetchPaced({ agent, path, headers: { host } }, pace)
      expect(fetched.sha256).toBe(hashOf(path))
    }
    expect(origin.open.size).toBe(1)
  },
)
