import http from 'node:http'
import net from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Http1Pool } from '../../../src/upstream/http1/pool.js'
import type { UpstreamAnswer, UpstreamRequest } from '../../../src/upstream/message.js'

/** What a client made of some bytes. */
type Read = { status: number; rawHeaders: readonly string[]; body: string; trailers: readonly string[] } | 'refused'

const BIG = 'x'.repeat(17 * 1024)

/** Answers that both read alike, or both refuse. The service hangs up after each. */
const ALIKE: readonly (readonly [what: string, bytes: string, method?: string])[] = [
  ['a plain answer', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc'],
  ['no reason phrase', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n'],
  ['no fields', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['an empty line before it', '\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na'],
  ['a body up to the end of the connection', 'HTTP/1.1 200 OK\r\n\r\nabc'],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab'],
  ['blanks around a value', 'HTTP/1.1 200 OK\r\nA: \t b \t\r\nContent-Length: 0\r\n\r\n'],
  ['an empty value', 'HTTP/1.1 200 OK\r\nA:\r\nContent-Length: 0\r\n\r\n'],
  ['bytes above ASCII', 'HTTP/1.1 200 \xc3\xa9\r\nA: \xe9\xa0\r\nContent-Length: 0\r\n\r\n'],
  ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n'],
  ['chunks with extensions', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0;c\r\n\r\n'],
  ['trailers', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-A: 1\r\nX-B: 2\r\n\r\n'],
  ['a coding before chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n'],
  ['a coding without chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc'],
  ['HEAD with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n', 'HEAD'],
  ['HEAD with chunks announced', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'HEAD'],
  ['304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n'],
  [
    '1xx before it',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na',
  ],
  ['a status of one digit', 'HTTP/1.1 2 OK\r\nContent-Length: 0\r\n\r\n'],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['HTTP in lower case', 'http/1.1 200 OK\r\n\r\n'],
  ['no space after the version', 'HTTP/1.1200 OK\r\n\r\n'],
  ['a version that is none', 'HTTP/3.7 200 OK\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['two equal lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na'],
  ['a list of lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\na'],
  ['a signed length', 'HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na'],
  ['a length in hex', 'HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\na'],
  ['no length at all after the name', 'HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\na'],
  ['a length too large', 'HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\na'],
  [
    'a length beside chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
  ],
  [
    'chunks beside a length',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n1\r\na\r\n0\r\n\r\n',
  ],
  ['a space before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\na'],
  ['a name with a space', 'HTTP/1.1 200 OK\r\nA B: 1\r\nContent-Length: 0\r\n\r\n'],
  ['no name', 'HTTP/1.1 200 OK\r\n: 1\r\nContent-Length: 0\r\n\r\n'],
  ['no colon', 'HTTP/1.1 200 OK\r\nAbc\r\nContent-Length: 0\r\n\r\n'],
  ['a NUL in a value', 'HTTP/1.1 200 OK\r\nA: b\0c\r\nContent-Length: 0\r\n\r\n'],
  ['a lone CR in a value', 'HTTP/1.1 200 OK\r\nA: b\rc\r\nContent-Length: 0\r\n\r\n'],
  ['bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 1\n\na'],
  ['a bare line feed after a field', 'HTTP/1.1 200 OK\r\nA: b\nContent-Length: 1\r\n\r\na'],
  ['more than 16 KiB of fields', `HTTP/1.1 200 OK\r\nA: ${BIG}\r\nContent-Length: 0\r\n\r\n`],
  ['a body that ends early', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc'],
  ['chunks that end early', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc'],
  ['no last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n'],
  ['no size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\na\r\n0\r\n\r\n'],
  ['a signed size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n'],
  ['a size with 0x', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n'],
  ['a size too large', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\na'],
  ['a chunk longer than its size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n'],
  ['chunks with bare line feeds', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n'],
  ['a chunk that ends in something else', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\naX\n0\r\n\r\n'],
  ['a size that ends in something else', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\rXa\r\n0\r\n\r\n'],
  ['an empty line for the last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n\r\n'],
  ['nothing', ''],
  ['half a head', 'HTTP/1.1 200 OK\r\nContent-'],
]

/** Where ours takes less than Node's: each is something that somebody else could read in another way. */
const STRICTER: readonly (readonly [what: string, bytes: string])[] = [
  ['HTTP/0.9 by name', 'HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['HTTP/2.0 by name', 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['a control character in the reason', 'HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n'],
  ['a size of many digits', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n00000000000001\r\na\r\n0\r\n\r\n'],
  ['a folded line', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n'],
]

test.each(ALIKE)('%s is read as Node reads it, however it is split', async (_, bytes = '', method = 'GET') => {
  const whole = await startService(bytes, bytes.length)
  const byNode = await readByNode(whole, method)
  expect(await readByUs(whole, method)).toEqual(byNode)
  if (bytes.length < 1000) expect(await readByUs(await startService(bytes, 1), method)).toEqual(byNode)
  expect(await readByUs(await startService(bytes, 7), method)).toEqual(byNode)
})

test.each(STRICTER)('%s is refused', async (_, bytes) => {
  expect(await readByUs(await startService(bytes, bytes.length), 'GET')).toBe('refused')
})

/** Writes these bytes to whoever says anything, in pieces of that size, and hangs up. */
async function startService(bytes: string, pieceSize: number): Promise<number> {
  const server = net.createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {})
    socket.once('data', async () => {
      for (let at = 0; at < bytes.length && !socket.destroyed; at += pieceSize) {
        socket.write(bytes.slice(at, at + pieceSize), 'latin1')
        await new Promise((resolve) => setImmediate(resolve))
      }
      socket.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as net.AddressInfo).port
}

function readByNode(port: number, method: string): Promise<Read> {
  const request = http.request({ host: '127.0.0.1', port, method, agent: false })
  request.end()
  return readAnswer(request as unknown as UpstreamRequest)
}

async function readByUs(port: number, method: string): Promise<Read> {
  const pool = new Http1Pool(async (target) => net.connect(target))
  const host = '127.0.0.1'
  const request = pool.request({ host, port, method, path: '/', headers: ['Host', host] })
  request.end()
  const read = await readAnswer(request as unknown as UpstreamRequest)
  pool.destroy()
  return read
}

function readAnswer(request: UpstreamRequest): Promise<Read> {
  return new Promise((resolve) => {
    request.on('error', () => resolve('refused'))
    request.on('response', (answer: UpstreamAnswer) => {
      let body = ''
      answer.on('data', (bytes) => {
        body += bytes.toString('latin1')
      })
      answer.on('error', () => resolve('refused'))
      answer.on('end', () => {
        const { statusCode: status, rawHeaders, rawTrailers: trailers } = answer
        resolve({ status, rawHeaders, body, trailers })
      })
    })
  })
}
