import type { Socket } from 'node:net'
import { UpstreamError } from './dial.js'
import { untilReady } from './until-ready.js'

/** Takes exactly `size` bytes off a socket that nobody else reads; what follows stays inside it. */
export async function readExactly(socket: Socket, size: number, timeoutMs: number): Promise<Buffer> {
  for (;;) {
    const bytes: Buffer | null = socket.read(size)
    if (bytes?.length === size) return bytes
    if (bytes || socket.readableEnded) throw new UpstreamError('ESOCKSREPLY', 'the SOCKS proxy hung up')
    await untilReady(socket, 'readable', timeoutMs)
  }
}
