import type { Socket } from 'node:net'
import { UpstreamError } from './dial.js'
import { untilReady } from './until-ready.js'

const END = '\r\n\r\n'

/**
 * Takes a header section, without its end, off a socket that nobody else reads; what follows goes back into it. Interim
 * answers (1xx) are passed over. Rejects with EPROXYREPLY for one longer than `limitBytes`.
 */
export async function readHead(socket: Socket, limitBytes: number, timeoutMs: number): Promise<string> {
  let held = Buffer.alloc(0)
  for (;;) {
    const bytes: Buffer | null = socket.read()
    if (bytes) held = Buffer.concat([held, bytes])
    const end = held.indexOf(END)
    if (end > limitBytes || (end < 0 && held.length > limitBytes)) {
      throw new UpstreamError('EPROXYREPLY', `The upstream proxy sends more than ${limitBytes} bytes of headers.`)
    }
    if (end < 0) {
      await untilReady(socket, 'readable', timeoutMs)
      continue
    }
    const head = held.toString('latin1', 0, end)
    held = held.subarray(end + END.length)
    if (/^HTTP\/1\.1 1\d\d/.test(head)) continue
    if (held.length > 0) socket.unshift(held)
    return head
  }
}
