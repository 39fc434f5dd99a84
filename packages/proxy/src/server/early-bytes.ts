import type { Socket } from 'node:net'

const LIMIT_BYTES = 64 * 1024

/**
 * A client that left HTTP may send before the other end is there. Its bytes are held, and reading on is also how we
 * notice that it goes away. Returns what takes them, in order, and stops holding.
 */
export function holdEarlyBytes(client: Socket, head: Buffer): () => Buffer[] {
  const held: Buffer[] = head.length > 0 ? [head] : []
  let size = head.length
  const onData = (chunk: Buffer) => {
    held.push(chunk)
    size += chunk.length
    if (size > LIMIT_BYTES) client.pause()
  }
  client.on('data', onData)
  // Its error is also its close, which is what the routes look at; without a listener it would end the process.
  client.on('error', () => {})
  return () => {
    client.removeListener('data', onData)
    client.pause()
    return held
  }
}
