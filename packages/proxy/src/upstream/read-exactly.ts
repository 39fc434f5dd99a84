import type { Socket } from 'node:net'
import { untilReady } from './until-ready.js'

/** Takes exactly `size` bytes off a socket that nobody else reads; what follows goes back into it. */
export async function readExactly(socket: Socket, size: number, timeoutMs: number): Promise<Buffer> {
  let held = Buffer.alloc(0)
  for (;;) {
    // All there is, not read(size): with too little in its buffer that would say `readable` again, at once, for ever.
    const bytes: Buffer | null = socket.read()
    if (bytes) held = Buffer.concat([held, bytes])
    if (held.length >= size) break
    await untilReady(socket, 'readable', timeoutMs)
  }
  if (held.length > size) socket.unshift(held.subarray(size))
  return held.subarray(0, size)
}
