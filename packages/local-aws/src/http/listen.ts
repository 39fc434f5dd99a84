import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ReceivedRequest, toReceivedRequest } from './received-request.js'
import type { Reply } from './reply.js'

const maxBodyLength = 1024 * 1024
// Longer than clients keep idle connections (the SDK's agent asks the server; the AWS CLI exits), so none breaks in use.
const keepAliveMilliseconds = 75_000

/** Where to listen, and what answers. */
export interface ListenOptions {
  readonly port: number
  readonly now: () => number
  readonly answer: (request: ReceivedRequest) => Promise<Reply | 'drop'>
}

/** A server that listens. */
export interface Listener {
  readonly port: number
  close(): Promise<void>
}

/** Listens on 127.0.0.1. Rejects with Node's error if the port is taken. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const server = createServer(
    { insecureHTTPParser: false, requireHostHeader: true, keepAliveTimeout: keepAliveMilliseconds, noDelay: true },
    (message, response) => {
      serve(message, response, options).catch(() => message.socket.destroy())
    },
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  return { port: (server.address() as AddressInfo).port, close: () => close(server) }
}

async function serve(message: IncomingMessage, response: ServerResponse, options: ListenOptions): Promise<void> {
  const body = await readBody(message)
  if (body === undefined) {
    response.writeHead(413, { connection: 'close' }).end()
    return
  }
  const reply = await options.answer(toReceivedRequest(message, body))
  if (reply === 'drop') {
    message.socket.destroy()
    return
  }
  const payload = Buffer.from(reply.body)
  // The Date is the server's own clock, which tests set: clients correct theirs by it.
  response.writeHead(reply.status, {
    date: new Date(options.now()).toUTCString(),
    'x-amzn-requestid': reply.requestId,
    'content-type': reply.contentType,
    'content-length': payload.length,
  })
  response.end(message.method === 'HEAD' ? undefined : payload)
}

function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    message.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > maxBodyLength) resolve(undefined)
      else chunks.push(chunk)
    })
    message.on('end', () => resolve(Buffer.concat(chunks)))
    message.on('error', reject)
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
