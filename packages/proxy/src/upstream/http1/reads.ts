import type { Socket } from 'node:net'
import type { ReadSink } from '../dial.js'
import { borrowLargeBuffers, type LargeBuffers } from '../large-buffers.js'
import { Pour } from '../pour.js'
import type { Body } from './body.js'

/** Bytes of a read where nothing is poured. */
const BUFFER_BYTES = 64 * 1024

/** Reads up to this many bytes are copied, and their buffer is used again; of larger ones the buffer is given away. */
const COPIED_BYTES = 16 * 1024

/** Bytes of a body that is worth it. */
const POURED_BYTES = 128 * 1024

/** What is left of a body, as its framing says. */
export type PouredBody = Pick<Body, 'bytesLeft' | 'endsWithConnection' | 'skip'>

/** Told of each read; the bytes are its own. */
export type OnBytes = (bytes: Buffer) => void

/**
 * How a connection to a service reads: past the socket's stream, which costs more than what it does for us. The middle of a long body is
 * poured straight into the client's socket, out of buffers that are used again. Where the socket was opened without it, it is a stream
 * like any other. A client's long upload is read so as well, and poured into the service's socket.
 */
export class Reads implements ReadSink {
  isAttached = false
  #socket: Socket | undefined
  /** Undefined: whoever listens to the socket's `data`. */
  #onBytes: OnBytes | undefined
  #buffer: Buffer | undefined
  /** What came before anybody knew the socket. */
  #early: Buffer | undefined
  #body: PouredBody | undefined
  #pour: Pour | undefined
  #large: LargeBuffers | undefined

  /** The socket that reads into it. */
  start(socket: Socket, onBytes: OnBytes): void {
    this.#socket = socket
    if (!this.isAttached) {
      socket.on('data', onBytes)
      return
    }
    this.#onBytes = onBytes
    const early = this.#early
    this.#early = undefined
    if (early === undefined) return
    process.nextTick(onBytes, early)
    socket.resume()
  }

  /** What comes from now on is for whoever listens to the socket's `data`. */
  becomeStream(onBytes: OnBytes): void {
    this.#onBytes = undefined
    this.#socket?.removeListener('data', onBytes)
  }

  readonly nextBuffer = (): Buffer => {
    if (this.#large && this.#pour) return this.#large.next(this.#pour.busy)
    this.#buffer ??= Buffer.allocUnsafeSlow(BUFFER_BYTES)
    return this.#buffer
  }

  readonly onRead = (size: number, buffer: Buffer): boolean => {
    if (this.#pour && this.#body) {
      if (size < this.#body.bytesLeft) {
        this.#body.skip(size)
        return this.#pour.write(buffer, size)
      }
      this.stop()
    }
    const bytes = this.#take(size, buffer)
    if (this.#onBytes) {
      this.#onBytes(bytes)
      return true
    }
    if (this.#socket) return this.#socket.push(bytes)
    this.#early = bytes
    return false
  }

  /**
   * From the next read on, what comes of `body` goes to `to`, but for its last bytes: those come as all others do. False where it is not
   * worth it, or cannot be.
   */
  pour(body: PouredBody, to: Socket): boolean {
    if (!this.isAttached || this.#pour || body.bytesLeft < POURED_BYTES || body.endsWithConnection) return false
    this.#large = borrowLargeBuffers()
    if (this.#large === undefined) return false
    this.#body = body
    const pour = new Pour(to, () => {
      if (this.#pour === pour) this.#socket?.resume()
    })
    this.#pour = pour
    return true
  }

  /** Nothing is poured any more. */
  stop(): void {
    const busy = this.#pour?.busy ?? new Set()
    this.#large?.giveBack(busy)
    if (this.#buffer && busy.has(this.#buffer)) this.#buffer = undefined
    this.#large = undefined
    this.#pour = undefined
    this.#body = undefined
  }

  /** The bytes of a read, for good. */
  #take(size: number, buffer: Buffer): Buffer {
    if (size > COPIED_BYTES && buffer === this.#buffer) {
      this.#buffer = undefined
      return buffer.subarray(0, size)
    }
    const bytes = Buffer.allocUnsafe(size)
    buffer.copy(bytes, 0, 0, size)
    return bytes
  }
}
