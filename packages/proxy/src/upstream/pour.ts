import type { Socket } from 'node:net'

/** Writes what reused buffers hold: a buffer is free again once the kernel has taken its bytes, which it mostly does at once. */
export class Pour {
  readonly #to: Socket
  /** Told once all bytes that had to wait are gone. */
  readonly #onFree: () => void
  /** Some bytes have to wait, and their buffers with them. */
  isWaiting = false

  constructor(to: Socket, onFree: () => void) {
    this.#to = to
    this.#onFree = onFree
  }

  /** False: the bytes have to stay as they are until they are told to be free. */
  write(bytes: Buffer): boolean {
    this.#to.write(bytes, this.#onWritten)
    this.isWaiting = this.#to.writableLength > 0
    return !this.isWaiting
  }

  readonly #onWritten = (): void => {
    if (!this.isWaiting || this.#to.writableLength > 0) return
    this.isWaiting = false
    this.#onFree()
  }
}
