import type { Socket } from 'node:net'
import { Emitter } from './emitter.js'
import { iterateBody } from './iterate-body.js'
import type { ResponseHead } from './response-head.js'

/** What an answer needs of the connection that it comes on. */
interface Source {
  readonly socket: Socket
  /** ms that it may wait for its next request. */
  idleLimitMs: number
  end(): void
  pour(to: Socket): void
}

/** Bytes that may wait before the service is held back. */
const WAITING_LIMIT_BYTES = 64 * 1024

/** An answer of HTTP/1.1: as much of node:http's IncomingMessage as we use, without its stream. */
export class Http1Answer extends Emitter {
  readonly statusCode: number
  readonly statusMessage: string
  readonly httpVersion: string
  readonly rawHeaders: readonly string[]
  readonly socket: Socket
  /** The protocol that a 101 changes to. */
  readonly upgrade: string | undefined
  rawTrailers: readonly string[] = []
  /** All of it is here, read or not. */
  complete = false
  destroyed = false
  /** What a listener of `data` is told just now is the end of the answer, too. */
  isLast = false
  /** Some of the body, or its end, is told in the same breath as the head. */
  readonly isFollowed: boolean
  readonly #source: Source
  /** Of the body, until somebody wants it. */
  readonly #waiting: Buffer[] = []
  #waitingBytes = 0
  #isFlowing = false
  #isDelivering = false
  #isOver = false

  constructor(source: Source, head: ResponseHead, isFollowed: boolean) {
    super()
    this.#source = source
    this.isFollowed = isFollowed
    this.socket = source.socket
    this.statusCode = head.statusCode
    this.statusMessage = head.statusMessage
    this.httpVersion = head.httpVersion
    this.rawHeaders = head.rawHeaders
    this.upgrade = head.upgrade
  }

  override on(event: string, listener: (...args: never[]) => void): this {
    super.on(event, listener)
    if (event === 'data') this.resume()
    return this
  }

  pause(): this {
    this.#isFlowing = false
    if (!this.complete) this.socket.pause()
    return this
  }

  resume(): this {
    if (this.#isFlowing || this.#isOver) return this
    this.#isFlowing = true
    if (this.#waiting.length > 0 || this.complete) process.nextTick(deliver, this)
    else this.socket.resume()
    return this
  }

  /** Its connection may wait for the next request this long, in ms. */
  limitIdle(ms: number): void {
    this.#source.idleLimitMs = ms
  }

  /**
   * The rest of a long body goes straight into this socket, but for its last bytes, which are told as all others are. For whoever
   * listens to `data` and would write each there as it is. Nothing changes where that cannot be.
   */
  pourInto(to: Socket): void {
    if (!this.complete && !this.destroyed) this.#source.pour(to)
  }

  /** The connection ends with it, unless the answer has all come. */
  destroy(error?: Error): this {
    if (this.destroyed) return this
    this.destroyed = true
    if (!this.complete) this.#source.end()
    this.close(error)
    return this
  }

  /** Of the body. `isLast`: nothing comes after it. */
  push(bytes: Buffer, isLast: boolean): void {
    if (isLast) this.complete = true
    if (!this.#isFlowing || this.#waiting.length > 0) {
      this.#waiting.push(bytes)
      this.#waitingBytes += bytes.length
      // Reading on a little is how the end of a connection is noticed while its answer waits.
      if (!isLast && this.#waitingBytes >= WAITING_LIMIT_BYTES) this.socket.pause()
    } else {
      this.isLast = isLast
      this.tell('data', bytes)
    }
  }

  /** The end of the body. */
  finish(rawTrailers: readonly string[]): void {
    this.rawTrailers = rawTrailers
    this.complete = true
    if (this.#isFlowing && this.#waiting.length === 0) this.#end()
  }

  /** The connection was lost on the way. */
  fail(error: Error): void {
    if (this.complete || this.destroyed) return
    this.destroyed = true
    // What came before it in the same breath is on its way by then.
    process.nextTick(close, this, error)
  }

  /** What has waited, as far as it is wanted. */
  deliver(): void {
    if (this.#isDelivering) return
    this.#isDelivering = true
    while (this.#isFlowing && !this.destroyed) {
      const bytes = this.#waiting.shift()
      if (bytes === undefined) break
      this.#waitingBytes -= bytes.length
      this.tell('data', bytes)
    }
    this.#isDelivering = false
    if (!this.#isFlowing || this.destroyed || this.#waiting.length > 0) return
    if (this.complete) this.#end()
    else this.socket.resume()
  }

  #end(): void {
    if (this.#isOver || this.destroyed) return
    this.tell('end')
    this.close()
  }

  /** What comes after the last event. */
  close(error?: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    if (error && this.hears('error')) this.tell('error', error)
    this.tell('close')
  }

  /** The body, for who wants to wait for it. Leaving the loop early ends the connection. */
  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return iterateBody(this)
  }
}

function deliver(answer: Http1Answer): void {
  answer.deliver()
}

function close(answer: Http1Answer, error: Error): void {
  answer.close(error)
}
