import { once } from 'node:events'
import net from 'node:net'
import type { LoadQuestion } from './load-question.js'

/** A connection on which requests are made one after another. */
export interface Client {
  readonly socket: net.Socket
  /** The next answer, whole. Rejects where the connection ends before. */
  answer(): Promise<{ status: number; received: number }>
  close(): void
}

/** ms after which silence is an error. */
const PATIENCE_MS = 20_000

/** Connects to the proxy, or the service, and through a tunnel where one is asked for. */
export async function openClient({ proxyPort, host, tunnel }: LoadQuestion): Promise<Client> {
  const buffer = Buffer.allocUnsafe(256 * 1024)
  const reader = createReader()
  const onread = { buffer, callback: (size: number) => reader.take(buffer.subarray(0, size)) }
  const port = proxyPort ?? Number(host.slice(host.indexOf(':') + 1))
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true, onread })
  socket.setTimeout(PATIENCE_MS, () => socket.destroy())
  socket.on('error', () => undefined).on('close', () => reader.fail())
  await once(socket, 'connect')
  const client = { socket, answer: () => reader.next(false), close: () => void socket.destroy() }
  if (!tunnel || proxyPort === undefined) return client
  socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  const { status } = await reader.next(true)
  if (status !== 200) throw new Error(`CONNECT gave ${status}`)
  return client
}

interface Pending {
  readonly resolve: (answer: { status: number; received: number }) => void
  readonly reject: (error: Error) => void
}

/** Reads answers: those without a Content-Length never end, and so are errors. */
function createReader() {
  let pending: Pending | undefined
  let head = ''
  let status = 0
  let left = -1
  let received = 0
  let hasNoBody = false
  const settle = () => {
    const { resolve } = pending ?? {}
    pending = undefined
    left = -1
    resolve?.({ status, received })
  }
  const readHead = (bytes: Buffer): Buffer => {
    head += bytes.toString('latin1')
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return bytes.subarray(bytes.length)
    status = Number(head.slice(9, 12))
    const length = /\ncontent-length: *(\d+)/i.exec(head.slice(0, end))?.[1]
    left = hasNoBody ? 0 : Number(length ?? Number.POSITIVE_INFINITY)
    const rest = head.length - end - 4
    head = ''
    return bytes.subarray(bytes.length - rest)
  }
  return {
    take(bytes: Buffer): boolean {
      const body = left < 0 ? readHead(bytes) : bytes
      if (left < 0) return true
      received += body.length
      left -= body.length
      if (left <= 0) settle()
      return true
    },
    next: (isConnect: boolean) =>
      new Promise<{ status: number; received: number }>((resolve, reject) => {
        hasNoBody = isConnect
        received = 0
        pending = { resolve, reject }
      }),
    fail: () => pending?.reject(new Error('the connection ended')),
  }
}
