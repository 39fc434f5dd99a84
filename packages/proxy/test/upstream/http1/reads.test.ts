import { Socket } from 'node:net'
import { PassThrough, Writable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { createBody } from '../../../src/upstream/http1/body.js'
import { Reads } from '../../../src/upstream/http1/reads.js'
import { parseResponseHead } from '../../../src/upstream/http1/response-head.js'

const LONG = 10_000_000

function bodyOf(...fields: string[]) {
  return createBody(parseResponseHead(['HTTP/1.1 200 OK', ...fields, ''].join('\r\n')), false)
}

/** Reads as if a dial had attached them, with what they give as a stream. */
function attached() {
  const reads = new Reads()
  reads.isAttached = true
  const told: Buffer[] = []
  reads.start(new Socket(), (bytes) => void told.push(bytes))
  onTestFinished(() => reads.stop())
  /** One read of so many bytes of this letter; the buffer that it went to. */
  const read = (letter: string, size = 1000) => {
    const buffer = reads.nextBuffer()
    buffer.fill(letter, 0, size)
    return { buffer, goesOn: reads.onRead(size, buffer) }
  }
  return { reads, read, told: () => String(Buffer.concat(told)) }
}

/** A client's socket that takes nothing until it is let. */
function stuck() {
  const waiting: { bytes: Buffer; done: () => void }[] = []
  const to = new Writable({
    highWaterMark: 1,
    write: (bytes, _, done) => void waiting.push({ bytes, done }),
  })
  return { to: to as Socket, waiting }
}

test('what was read stays what it was, whatever is read next', () => {
  const { read, told } = attached()
  read('a')
  read('b', 40_000)
  read('c', 10)
  expect(told()).toBe('a'.repeat(1000) + 'b'.repeat(40_000) + 'c'.repeat(10))
})

test('what came before anybody knew the socket comes once there is a request for it', async () => {
  const reads = new Reads()
  reads.isAttached = true
  const buffer = reads.nextBuffer()
  buffer.fill('e', 0, 3)
  expect(reads.onRead(3, buffer)).toBe(false)
  buffer.fill('x')
  const told: Buffer[] = []
  reads.start(new Socket(), (bytes) => void told.push(bytes))
  expect(told).toHaveLength(0)
  await new Promise(setImmediate)
  expect(String(Buffer.concat(told))).toBe('eee')
})

test('after an upgrade the socket is a stream', () => {
  const reads = new Reads()
  reads.isAttached = true
  const socket = new Socket()
  const onBytes = () => expect.unreachable()
  reads.start(socket, onBytes)
  reads.becomeStream(onBytes)
  const buffer = reads.nextBuffer()
  buffer.fill('w', 0, 5)
  reads.onRead(5, buffer)
  expect(String(socket.read())).toBe('wwwww')
})

test('bytes that wait for the client are not read over', async () => {
  const { reads, read, told } = attached()
  const { to, waiting } = stuck()
  reads.pour(bodyOf(`Content-Length: ${LONG}`), to)
  const first = read('a')
  expect(first.goesOn).toBe(false)
  // Reading has stopped by then; even if it had not, the bytes are safe.
  const second = read('b')
  const third = read('c')
  expect(new Set([first.buffer, second.buffer, third.buffer]).size).toBe(3)
  const taken: string[] = []
  for (let count = 0; count < 5; count++) {
    const { bytes, done } = waiting.shift() ?? { bytes: Buffer.alloc(0), done: () => {} }
    taken.push(String(bytes))
    done()
    await new Promise(setImmediate)
    // Some are written, not all.
    if (count === 0) for (const letter of ['d', 'e']) read(letter)
  }
  expect(taken).toEqual(['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(1000)))
  expect(read('f').buffer).toBe(first.buffer)
  expect(told()).toBe('')
})

test('who comes next does not get a buffer whose bytes still wait', () => {
  const { reads, read } = attached()
  reads.pour(bodyOf(`Content-Length: ${LONG}`), stuck().to)
  const { buffer } = read('a')
  reads.stop()
  const next = attached()
  next.reads.pour(bodyOf(`Content-Length: ${LONG}`), new PassThrough() as unknown as Socket)
  expect(next.read('b').buffer).not.toBe(buffer)
})

test.each([
  ['a short one', ['Content-Length: 1000']],
  ['chunks', ['Transfer-Encoding: chunked']],
  ['one that ends with its connection', []],
])('a body that is not poured comes as data: %s', (_, fields) => {
  const { reads, read, told } = attached()
  const { to, waiting } = stuck()
  reads.pour(bodyOf(...fields), to)
  read('a', 500)
  expect(told()).toBe('a'.repeat(500))
  expect(waiting).toHaveLength(0)
})

test('the last bytes of a body come as data, with what is behind them', () => {
  const { reads, read, told } = attached()
  const { to, waiting } = stuck()
  reads.pour(bodyOf('Content-Length: 200000'), to)
  read('a', 199_999)
  read('b', 5)
  expect(waiting).toHaveLength(1)
  expect(told()).toBe('bbbbb')
})

test('more than 32 at a time have to do without', () => {
  const many = Array.from({ length: 33 }, attached)
  for (const { reads } of many) reads.pour(bodyOf(`Content-Length: ${LONG}`), stuck().to)
  const sizes = many.map(({ reads }) => reads.nextBuffer().length)
  for (const { reads } of many) reads.stop()
  expect(sizes.map((size) => size > 64 * 1024)).toEqual([...Array(32).fill(true), false])
  const next = attached()
  next.reads.pour(bodyOf(`Content-Length: ${LONG}`), stuck().to)
  expect(next.reads.nextBuffer().length).toBeGreaterThan(64 * 1024)
})

test('a connection that cannot pour takes none of the large buffers', () => {
  for (let count = 0; count < 40; count++) new Reads().pour(bodyOf(`Content-Length: ${LONG}`), stuck().to)
  const { reads } = attached()
  reads.pour(bodyOf(`Content-Length: ${LONG}`), stuck().to)
  expect(reads.nextBuffer().length).toBeGreaterThan(64 * 1024)
})

test('nothing is read over bytes that still wait when the pouring ends', () => {
  const { reads, read } = attached()
  const { to, waiting } = stuck()
  // Given out before: the first read of what is poured goes there.
  const buffer = reads.nextBuffer()
  reads.pour(bodyOf(`Content-Length: ${LONG}`), to)
  buffer.fill('a', 0, 1000)
  reads.onRead(1000, buffer)
  reads.stop()
  read('b')
  expect(String(waiting[0]?.bytes)).toBe('a'.repeat(1000))
})
