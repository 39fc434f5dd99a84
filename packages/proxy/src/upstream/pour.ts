import type { Socket } from 'node:net'

/** Writes what reused buffers hold: a buffer is free again once the kernel has taken its bytes, which it mostly does at once. */
export class Pour {
  readonly #to: Socket
  /** Told once all bytes that had to wait are gone. */
  readonly #onFree: () => void
  /** Their bytes are still to be written. */
  readonly busy = new Set<Buffer>()

  constructor(to: Socket, onFree: () => void) {
    this.#to = to
    this.#onFree = onFree
  }

  /** The first `size` bytes of it. False: the buffer is busy until it is told otherwise. */
  write(buffer: Buffer, size: number): boolean {
    this.#to.write(buffer.subarray(0, size), this.#onWritten)
    if (this.#to.writableLength === 0) return true
    this.busy.add(buffer)
    return false
  }

  readonly #onWritten = (): void => {
    if (this.busy.size === 0 || this.#to.writableLength > 0) return
    this.busy.clear()
    this.#onFree()
  }
}
