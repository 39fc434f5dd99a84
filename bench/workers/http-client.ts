import type net from 'node:net'
import { type AnswerReader, createAnswerReader } from './answer-reader.js'
import { dial } from './dial.js'
import { leave } from './leave.js'
import type { LoadQuestion } from './load-question.js'

/** A connection on which requests are made one after another. */
export interface Client {
  /** The next request, and its whole answer. Rejects where that is not what was asked for. @default what it was opened for */
  perform(question?: LoadQuestion): Promise<void>
  close(): void
}

/** Written again and again for uploads. */
const BLOCK = Buffer.alloc(256 * 1024, 'x')

export async function openHttpClient(question: LoadQuestion): Promise<Client> {
  const reader = createAnswerReader()
  const socket = await dial(question, reader)
  return { perform: (next = question) => perform(socket, reader, next), close: () => leave(socket) }
}

async function perform(socket: net.Socket, reader: AnswerReader, question: LoadQuestion): Promise<void> {
  const { host, proxyPort, tunnel, path, upload, expect } = question
  const target = proxyPort === undefined || tunnel ? path : `http://${host}${path}`
  const body = upload === undefined ? '' : `Content-Length: ${upload}\r\n`
  const fields = formatFields(question)
  const answer = reader.next('answer')
  socket.write(`${upload === undefined ? 'GET' : 'POST'} ${target} HTTP/1.1\r\nHost: ${host}\r\n${fields}${body}\r\n`)
  if (upload !== undefined) await send(socket, upload)
  const { status, received } = await answer
  if (status !== 200 || received !== expect) throw new Error(`${status} with ${received} bytes`)
}

async function send(socket: net.Socket, size: number): Promise<void> {
  for (let left = size; left > 0 && !socket.destroyed; left -= BLOCK.length) {
    if (socket.write(BLOCK.subarray(0, Math.min(left, BLOCK.length)))) continue
    await new Promise<void>((resolve) => {
      const go = () => {
        socket.off('drain', go).off('close', go)
        resolve()
      }
      socket.on('drain', go).on('close', go)
    })
  }
}

function formatFields({ fields }: LoadQuestion): string {
  if (fields === undefined) return ''
  const value = 'x'.repeat(fields.bytes)
  return Array.from({ length: fields.count }, (_, at) => `X-Field-${at}: ${value}\r\n`).join('')
}
