import { createConnection } from 'node:net'
import type { RedisCommand } from '../../src/index.js'

export interface RedisConnection {
  readonly command: RedisCommand
  close(): void
}

interface Waiting {
  readonly resolve: (reply: unknown) => void
  readonly reject: (error: Error) => void
}

/** As much of the Redis protocol (RESP 2) as the store's replies take: simple strings, errors, integers, nil. */
export async function connectRedis(path: string): Promise<RedisConnection> {
  const socket = createConnection(path)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  const waiting: Waiting[] = []
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk
    for (let end = received.indexOf('\r\n'); end >= 0; end = received.indexOf('\r\n')) {
      answer(received.slice(0, end), waiting.shift())
      received = received.slice(end + 2)
    }
  })
  return {
    command: (args) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        const parts = args.map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`)
        socket.write(`*${args.length}\r\n${parts.join('')}`)
      }),
    close: () => socket.destroy(),
  }
}

function answer(line: string, waiting: Waiting | undefined): void {
  const [kind, text] = [line[0], line.slice(1)]
  if (kind === '-') waiting?.reject(new Error(text))
  else if (kind === ':') waiting?.resolve(Number(text))
  else waiting?.resolve(line === '$-1' ? null : text)
}
