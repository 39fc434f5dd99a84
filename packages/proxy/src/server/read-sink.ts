import type { Socket } from 'node:net'
import type { ReadSink } from '../upstream/dial.js'
import { Pour } from '../upstream/pour.js'

/** Large enough that system calls are few; touched only as far as reads fill it. */
const BUFFER_BYTES = 256 * 1024

/** A tunnel's way down with one buffer for all reads: half the cost and memory of a stream that allocates one for each. */
export interface TunnelSink extends ReadSink {
  /** The socket that reads into the buffer, so that it can go on after a pause. */
  start(source: Socket): void
}

/** Reading stops while the buffer is in use: that is also the back-pressure. */
export function createTunnelSink(to: Socket): TunnelSink {
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  let source: Socket | undefined
  const pour = new Pour(to, () => source?.resume())
  return {
    nextBuffer: () => buffer,
    isAttached: false,
    onRead: (size) => pour.write(buffer.subarray(0, size)),
    start(socket) {
      source = socket
    },
  }
}
