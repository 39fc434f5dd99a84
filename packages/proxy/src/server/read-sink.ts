import type { Socket } from 'node:net'
import type { ReadSink } from '../upstream/dial.js'

/** Large enough that system calls are few; touched only as far as reads fill it. */
const BUFFER_BYTES = 256 * 1024

/** A tunnel's way down with one buffer for all reads: half the cost and memory of a stream that allocates one for each. */
export interface TunnelSink extends ReadSink {
  /** The socket that reads into the buffer, so that it can go on after a pause. */
  start(source: Socket): void
}

/**
 * The buffer belongs to the reader again once a write has left it. The kernel takes most writes at once; where it does
 * not, reading stops until it has: that is also the back-pressure.
 */
export function createTunnelSink(to: Socket): TunnelSink {
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  let source: Socket | undefined
  let isPaused = false
  const onWritten = () => {
    if (!isPaused || to.writableLength > 0) return
    isPaused = false
    source?.resume()
  }
  return {
    buffer,
    isAttached: false,
    onRead(size) {
      to.write(buffer.subarray(0, size), onWritten)
      isPaused = to.writableLength > 0
      return !isPaused
    },
    start(socket) {
      source = socket
    },
  }
}
