/** The service behind every proxy: answers made in advance, on raw sockets, so that it costs as little as Node lets it. */
import net from 'node:net'
import { answerQuestions } from './connect.js'
import { createRequestReader, type ReadRequest } from './request-reader.js'

/** Written again and again for bodies of any size. */
const BLOCK = Buffer.alloc(256 * 1024, 'x')
const CANNED = new Map<string, Buffer>()

let accepted = 0
let open = 0

const server = net.createServer({ noDelay: true }, serve)
const listening = new Promise<number>((resolve) =>
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
    resolve((server.address() as net.AddressInfo).port),
  ),
)

answerQuestions(async () => ({ port: await listening, accepted, open }))

function serve(socket: net.Socket): void {
  accepted++
  open++
  socket.on('error', () => socket.destroy()).on('close', () => open--)
  const reader = createRequestReader((request) => answer(socket, request))
  socket.on('data', reader)
}

/** `/bytes/N`: N bytes. `/count`: how many bytes the request's body had. */
function answer(socket: net.Socket, { path, received, isLast }: ReadRequest): void {
  const size = path.startsWith('/count') ? -1 : Number(path.slice('/bytes/'.length))
  if (size < 0) socket.write(response(Buffer.from(String(received))))
  else if (size <= BLOCK.length) socket.write(canned(path, size))
  else stream(socket, size, isLast)
  if (isLast && size <= BLOCK.length) socket.end()
}

function canned(path: string, size: number): Buffer {
  let bytes = CANNED.get(path)
  if (bytes === undefined) {
    bytes = response(BLOCK.subarray(0, size))
    CANNED.set(path, bytes)
  }
  return bytes
}

function response(body: Buffer): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

function stream(socket: net.Socket, size: number, isLast: boolean): void {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${size}\r\n\r\n`)
  let left = size
  const more = () => {
    while (left > 0 && !socket.destroyed) {
      const bytes = BLOCK.subarray(0, Math.min(left, BLOCK.length))
      left -= bytes.length
      if (!socket.write(bytes)) return
    }
    socket.off('drain', more)
    if (isLast) socket.end()
  }
  socket.on('drain', more)
  more()
}
