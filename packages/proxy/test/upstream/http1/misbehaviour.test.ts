import { once } from 'node:events'
import net from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { HeadReader } from '../../../src/upstream/http1/head-reader.js'
import { Http1Pool } from '../../../src/upstream/http1/pool.js'
import type { Http1Request } from '../../../src/upstream/http1/request.js'
import { listenAsOrigin, waitFor } from '../../server/rig.js'

const HOST = '127.0.0.1'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

test('a long head that comes byte by byte is read as if it came at once', () => {
  const head = Buffer.from(`HTTP/1.1 200 OK\r\n${'a: \r\n'.repeat(10_000)}\r\n`)
  const reader = new HeadReader()
  const found = [...head].map((byte) => reader.read(Buffer.of(byte), 0))
  expect(found.slice(0, -1).every((one) => one === undefined)).toBe(true)
  expect(found.at(-1)?.head).toEqual(new HeadReader().read(head, 0)?.head)
})

test.each([
  ['bare line feeds', 'HTTP/1.1 200 OK\na: b\n'],
  ['one bare line feed', 'HTTP/1.1 200 OK\r\na: b\n'],
  ['another protocol', 'SSH-2.0'],
  ['a head without end', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(12_000)}`],
  ['trailers with a bare line feed', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: b\n'],
])('%s are refused before the service says more', async (_, bytes) => {
  const { pool, port } = await startService((socket) => socket.write(bytes))
  const { events, closed } = ask(pool, port)
  await closed
  await waitFor(() => events.length > 1)
  expect(events.join()).toMatch(/error (?:Parse Error|HPE_)/)
  await waitFor(() => pool.counts.open === 0)
})

test.each([
  ['before it has a connection', undefined],
  ['with its head on the way', ''],
  ['after half a head', 'HTTP/1.1 200 OK\r\nContent-'],
  ['after a 1xx', 'HTTP/1.1 103 Hints\r\n\r\n'],
  ['in the body', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'],
  ['between two chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n'],
])('a request given up %s closes once, and says its reason at most once', async (_, bytes) => {
  const { pool, port, sockets } = await startService((socket) => socket.write(bytes ?? ''))
  const { request, events, closed } = ask(pool, port)
  if (bytes !== undefined) await waitFor(() => sockets[0]?.bytesRead)
  if (bytes) await new Promise((resolve) => setTimeout(resolve, 20))
  request.destroy(new Error('given up'))
  request.destroy(new Error('once more'))
  await closed
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(events.filter((event) => event === 'close')).toHaveLength(1)
  expect(events.filter((event) => event.startsWith('error'))).toEqual(['error given up'])
  expect(events.filter((event) => event.startsWith('answer')).length).toBeLessThan(2)
  expect(pool.counts.idle).toBe(bytes === undefined ? 1 : 0)
})

test('a request that is over hears of nothing more', async () => {
  const { pool, port } = await startService((socket) => socket.write(OK))
  const { request, events, closed } = ask(pool, port)
  await closed
  request.destroy(new Error('too late'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(events).toEqual(['response', 'end', 'close'])
  expect(pool.counts).toEqual({ open: 1, idle: 1 })
})

test('after an early answer the rest of an upload is dropped, and nobody waits for a drain', async () => {
  const { pool, port } = await startService((socket) => socket.write(OK))
  const headers = ['Host', HOST, 'Content-Length', '1000000']
  const request = pool.request({ host: HOST, port, method: 'POST', path: '/', headers })
  request.on('response', (answer: { resume(): void }) => answer.resume())
  const closed = new Promise<void>((resolve) => void request.on('close', resolve))
  request.write(Buffer.from('abc'))
  await closed
  for (let i = 0; i < 4; i++) expect(request.write(Buffer.alloc(100_000))).toBe(true)
  await waitFor(() => pool.counts.open === 0)
})

test('a connection is not used again where a body was shorter than its length', async () => {
  const { pool, port } = await startService((socket) => socket.write(OK))
  const request = pool.request({ host: HOST, port, method: 'POST', path: '/', headers: lengthOf(10) })
  request.on('response', (answer: { resume(): void }) => answer.resume())
  const closed = new Promise<void>((resolve) => void request.on('close', resolve))
  request.end(Buffer.from('abc'))
  await closed
  await waitFor(() => pool.counts.open === 0)
})

test.each([
  ['a body that is longer than its length', (request: Http1Request) => request.end(Buffer.from('GET / HTTP/1.1'))],
  ['a trailer of two lines', (request: Http1Request) => request.addTrailers([['a', 'b\r\n\r\nGET / HTTP/1.1']])],
  ['a trailer whose name is none', (request: Http1Request) => request.addTrailers([['a: b\r\nc', 'd']])],
])('%s is not sent', async (_, misuse) => {
  const { pool, port } = await startService(() => {})
  const request = pool.request({ host: HOST, port, method: 'POST', path: '/', headers: lengthOf(3) })
  const error = new Promise<Error>((resolve) => void request.on('error', resolve))
  misuse(request)
  expect(await error).toBeInstanceOf(TypeError)
})

function lengthOf(bytes: number): string[] {
  return ['Host', HOST, 'Content-Length', String(bytes)]
}

test('a connection that is gone by the time it is dialled fails its request', async () => {
  const { port } = await startService(() => {})
  const pool = new Http1Pool(async (target) => {
    const socket = net.connect(target)
    await once(socket, 'connect')
    socket.destroy()
    await once(socket, 'close')
    return socket
  })
  const { events, closed } = ask(pool, port)
  await closed
  expect([events, pool.counts.open]).toEqual([['error ECONNRESET', 'close'], 0])
})

test('a pool that is closed ends what is in use, and what is still dialled', async () => {
  const { pool, port, sockets } = await startService(() => {})
  const used = ask(pool, port)
  await waitFor(() => sockets[0]?.bytesRead)
  const dialled = ask(pool, port)
  pool.destroy()
  await Promise.all([used.closed, dialled.closed])
  expect([used.events, dialled.events]).toEqual([
    ['error ECONNRESET', 'close'],
    ['error ECONNRESET', 'close'],
  ])
  await waitFor(() => pool.counts.open === 0)
})

test('a connection that leaves HTTP keeps the listeners that are the socket’s own, and none of ours', async () => {
  const before: Record<string, number> = {}
  const { port } = await startService((socket) => {
    socket.write('HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\nfirst')
  })
  const pool = new Http1Pool(async (target) => {
    const socket = net.connect(target)
    await once(socket, 'connect')
    for (const event of EVENTS) before[event] = socket.listenerCount(event)
    return socket
  })
  const request = pool.request({ host: HOST, port, method: 'GET', path: '/', headers: ['Host', HOST] })
  const upgraded = new Promise<[net.Socket, Buffer]>((resolve) => {
    request.on('upgrade', (_: unknown, socket: net.Socket, rest: Buffer) => resolve([socket, rest]))
  })
  request.end()
  const [socket, rest] = await upgraded
  onTestFinished(() => void socket.destroy())
  expect(rest.toString()).toBe('first')
  for (const event of EVENTS) expect([event, socket.listenerCount(event)]).toEqual([event, before[event]])
})

test('requests that follow each other leave no listeners behind', async () => {
  const { pool, port, dialled } = await startService((socket) => socket.write(OK))
  await ask(pool, port).closed
  const count = () => EVENTS.map((event) => dialled[0]?.listenerCount(event))
  const before = count()
  for (let i = 0; i < 20; i++) await ask(pool, port).closed
  expect([dialled.length, count()]).toEqual([1, before])
})

test.each([
  ['204 with a length', 'HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\n'],
  ['204 with chunks', 'HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['HTTP/1.0 with chunks', 'HTTP/1.0 200 x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
])('a connection is not used again after %s', async (_, bytes) => {
  const { pool, port } = await startService((socket) => socket.write(bytes))
  const { events, closed } = ask(pool, port)
  await closed
  expect(events).toEqual(['response', 'end', 'close'])
  expect(pool.counts.idle).toBe(0)
  await waitFor(() => pool.counts.open === 0)
})

const EVENTS = ['data', 'end', 'drain', 'error', 'timeout', 'close']

async function startService(onRequest: (socket: net.Socket) => void) {
  const sockets: net.Socket[] = []
  const dialled: net.Socket[] = []
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => {}).on('data', () => onRequest(socket))
  })
  const { port } = await listenAsOrigin(server)
  const pool = new Http1Pool(async (target) => {
    const socket = net.connect(target)
    dialled.push(socket)
    return socket
  })
  onTestFinished(() => pool.destroy())
  return { pool, port, sockets, dialled }
}

/** What a request tells, in its order. */
function ask(pool: Http1Pool, port: number) {
  const events: string[] = []
  const request = pool.request({ host: HOST, port, method: 'GET', path: '/', headers: ['Host', HOST] })
  const closed = new Promise<void>((resolve) => void request.on('close', resolve))
  request.on('error', ({ code, message }: NodeJS.ErrnoException) => void events.push(`error ${code ?? message}`))
  request.on('response', (answer: NodeJS.EventEmitter) => {
    events.push('response')
    answer.on('data', () => {})
    answer.on('end', () => void events.push('end'))
    answer.on('error', ({ message }: Error) => void events.push(`answer: error ${message}`))
  })
  request.on('close', () => void events.push('close'))
  request.end()
  return { request, events, closed }
}
