import http from 'node:http'
import net from 'node:net'
import { onTestFinished } from 'vitest'
import { Http1Pool } from '../../../src/upstream/http1/pool.js'
import type { InterimAnswer, UpstreamAnswer } from '../../../src/upstream/message.js'

/** What a client made of the bytes of a service. */
export interface Reading {
  readonly status?: number
  readonly rawHeaders?: readonly string[]
  readonly interim: readonly (readonly [number, readonly string[]])[]
  readonly body?: string
  readonly rawTrailers?: readonly string[]
  /** Bytes that came after a 101. */
  readonly upgraded?: string
  /** The code of the error that ended it. */
  readonly error?: string
  /** Another request could have had the connection. */
  readonly isKept?: boolean
}

export interface Sent {
  readonly method: string
  /** What is written, in pieces. */
  readonly pieces: readonly string[]
}

interface Client {
  on(event: string, listener: (...args: never[]) => void): unknown
  end(): unknown
}

/** A service that says the same bytes to two clients: node:http's and ours. */
export async function startBothWays() {
  let sent: Sent = { method: 'GET', pieces: [] }
  const server = net.createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {})
    socket.once('data', () => void say(socket, sent.pieces))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as net.AddressInfo
  return async (next: Sent): Promise<{ readonly node: Reading; readonly ours: Reading }> => {
    sent = next
    const node = await readByNode(port, sent.method)
    return { node, ours: await readByUs(port, sent.method) }
  }
}

/** Ends the connection after the last piece, a little later: whatever is not complete by then never will be. */
async function say(socket: net.Socket, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    socket.write(piece, 'latin1')
    await new Promise((resolve) => setImmediate(resolve))
  }
  socket.end()
}

async function readByNode(port: number, method: string): Promise<Reading> {
  const agent = new http.Agent({ keepAlive: true })
  let isKept = false
  agent.on('free', () => {
    isKept = true
  })
  const request = http.request({ port, host: '127.0.0.1', method, agent })
  // Node leaves out the headers after the thousandth.
  request.maxHeadersCount = 0
  const read = await reading(request, () => false)
  await new Promise((resolve) => setImmediate(resolve))
  agent.destroy()
  return { ...read, ...(read.isKept !== undefined && { isKept }) }
}

async function readByUs(port: number, method: string): Promise<Reading> {
  const pool = new Http1Pool(async (target) => net.connect(target))
  const request = pool.request({ host: '127.0.0.1', port, method, path: '/', headers: ['Host', 'a'] })
  try {
    return await reading(request, () => pool.counts.idle === 1)
  } finally {
    pool.destroy()
  }
}

function reading(request: Client, isKept: () => boolean): Promise<Reading> {
  const interim: [number, readonly string[]][] = []
  return new Promise((resolve) => {
    const on = request.on.bind(request)
    on('information', (head: InterimAnswer) => interim.push([head.statusCode, head.rawHeaders]))
    on('error', (error: NodeJS.ErrnoException) => resolve({ interim, error: codeOf(error) }))
    let isAnswered = false
    on('close', () => {
      if (!isAnswered) resolve({ interim, error: 'closed' })
    })
    on('upgrade', (answer: UpstreamAnswer, socket: net.Socket, head: Buffer) => {
      isAnswered = true
      socket.on('error', () => {})
      readRest(socket, head.toString('latin1')).then((upgraded) => {
        resolve({ interim, status: answer.statusCode, rawHeaders: answer.rawHeaders, upgraded })
      })
    })
    on('response', (answer: UpstreamAnswer) => {
      isAnswered = true
      readAnswer(answer, isKept).then((read) => resolve({ interim, ...read }))
    })
    request.end()
  })
}

function readRest(socket: net.Socket, head: string): Promise<string> {
  let text = head
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1')
  })
  return new Promise((resolve) => {
    socket.on('close', () => resolve(text))
    socket.resume()
  })
}

function readAnswer(answer: UpstreamAnswer, isKept: () => boolean) {
  const { statusCode: status, rawHeaders } = answer
  let body = ''
  answer.on('data', (bytes) => {
    body += bytes.toString('latin1')
  })
  return new Promise<Omit<Reading, 'interim'>>((resolve) => {
    answer.on('error', (error) => resolve({ status, rawHeaders, error: codeOf(error) }))
    answer.on('close', () => resolve({ status, rawHeaders, error: 'closed' }))
    answer.on('end', () => {
      resolve({ status, rawHeaders, body, rawTrailers: answer.rawTrailers, isKept: isKept() })
    })
  })
}

function codeOf({ code, message }: NodeJS.ErrnoException): string {
  return code ?? message
}
