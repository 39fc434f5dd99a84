import type { Socket } from 'node:net'
import type { ReadSink } from '../upstream/dial.js'
import { borrowLargeBuffers, type LargeBuffers } from '../upstream/large-buffers.js'
import { Pour } from '../upstream/pour.js'

/** Bytes of a tunnel's own buffer; touched only as far as reads fill it. */
const BUFFER_BYTES = 64 * 1024

/** Bytes of a read after which a tunnel is not carrying much any more. */
const FEW_BYTES = 16 * 1024

/** A tunnel's way down with buffers that are used again: half the cost and memory of a stream that allocates one for each read. */
export interface TunnelSink extends ReadSink {
  /** The socket that reads into it, so that it can go on after a pause. */
  start(source: Socket): void
}

/**
 * Reading stops while a buffer is busy: that is also the back-pressure. Whatever fills its own buffer goes on with large ones, as long as
 * there are some to borrow.
 */
export function createTunnelSink(to: Socket): TunnelSink {
  const own = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  let source: Socket | undefined
  let large: LargeBuffers | undefined
  const pour = new Pour(to, () => source?.resume())
  const giveBack = () => {
    large?.giveBack(pour.busy)
    large = undefined
  }
  return {
    nextBuffer: () => large?.next(pour.busy) ?? own,
    isAttached: false,
    onRead(size, buffer) {
      const isWritten = pour.write(buffer, size)
      if (size === own.length) large ??= borrowLargeBuffers()
      else if (size < FEW_BYTES) giveBack()
      return isWritten
    },
    start(socket) {
      source = socket
      socket.once('close', giveBack)
    },
  }
}
