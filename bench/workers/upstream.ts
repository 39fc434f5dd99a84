/** The service behind every proxy: answers made in advance, on raw sockets, so that it costs as little as Node lets it. */
import { createHash } from 'node:crypto'
import net from 'node:net'
import tls from 'node:tls'
import { cutOff, trickle } from './bad-answers.js'
import { answerQuestions } from './connect.js'
import { leave } from './leave.js'
import { createRequestReader, type ReadRequest } from './request-reader.js'
import { CLIENT_FRAME, SERVER_FRAME } from './websocket-frames.js'

/** Written again and again for bodies of any size. */
const BLOCK = Buffer.alloc(256 * 1024, 'x')
const CANNED = new Map<string, Buffer>()

let accepted = 0
let open = 0

const server = net.createServer({ noDelay: true, allowHalfOpen: true }, serve)
const listening = listenOn(server)

/** Where it listens, and how many connections there were and are. With a certificate: of a further listener that has it. `further`: on so many ports more. */
answerQuestions(async ({ cert, key, further = 0 }: { cert?: string; key?: string; further?: number }) => {
  const ports: number[] = []
  for (let at = 0; at < further; at++)
    ports.push(await listenOn(net.createServer({ noDelay: true, allowHalfOpen: true }, serve)))
  const port =
    cert === undefined ? await listening : await listenOn(tls.createServer({ cert, key, noDelay: true }, serve))
  return { port, ports, accepted, open }
})

function listenOn(listener: net.Server): Promise<number> {
  return new Promise((resolve) =>
    listener.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
      resolve((listener.address() as net.AddressInfo).port),
    ),
  )
}

function serve(socket: net.Socket): void {
  accepted++
  open++
  socket.on('error', () => socket.destroy()).on('close', () => open--)
  socket.on('end', () => leave(socket))
  const reader = createRequestReader((request) => answer(socket, request))
  socket.on('data', reader)
}

/** `/bytes/N`: N bytes. `/last/N`: the same, and the end of the connection. `/slow/N`: N bytes in a second. `/cut/N`: half of them, and a reset. `/count`: how many bytes the request's body had. With a WebSocket's key: a message for each that comes. */
function answer(socket: net.Socket, { path, received, isLast, webSocketKey }: ReadRequest): void {
  if (webSocketKey !== undefined) {
    speakWebSocket(socket, webSocketKey)
    return
  }
  const size = path.startsWith('/count') ? -1 : sizeOf(path)
  const isEnd = isLast || path.startsWith('/last/')
  if (path.startsWith('/slow/')) trickle(socket, size)
  else if (path.startsWith('/cut/')) cutOff(socket, size)
  else if (size < 0) socket.write(response(Buffer.from(String(received))))
  else if (size <= BLOCK.length) socket.write(canned(path, size))
  else stream(socket, size, isLast)
  if (isEnd && size <= BLOCK.length) socket.end()
}

/** Of the body that a path asks for. */
function sizeOf(path: string): number {
  return Number(path.slice(path.lastIndexOf('/') + 1))
}

function canned(path: string, size: number): Buffer {
  let bytes = CANNED.get(path)
  if (bytes === undefined) {
    bytes = response(BLOCK.subarray(0, size), path.startsWith('/last/') ? 'Connection: close\r\n' : '')
    CANNED.set(path, bytes)
  }
  return bytes
}

function response(body: Buffer, fields = ''): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n${fields}Content-Length: ${body.length}\r\n\r\n`
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

function speakWebSocket(socket: net.Socket, key: string): void {
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  let received = 0
  socket.removeAllListeners('data').on('data', (bytes: Buffer) => {
    for (received += bytes.length; received >= CLIENT_FRAME.length; received -= CLIENT_FRAME.length) {
      socket.write(SERVER_FRAME)
    }
  })
}
