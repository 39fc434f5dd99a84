import type { Socket } from 'node:net'
import { UpstreamError } from '../dial.js'
import type { Http1Connection } from './connection.js'
import { Emitter } from './emitter.js'
import { isField, type RequestHead } from './request-head.js'

/** Bytes that may wait for a connection before whoever writes them is asked to wait as well. */
const WAITING_LIMIT_BYTES = 64 * 1024

/** A request of HTTP/1.1: as much of node:http's ClientRequest as we use. Events: response, information, upgrade, error, drain, close. */
export class Http1Request extends Emitter {
  destroyed = false
  closed = false
  writableEnded = false
  /** Its connection has carried another before. */
  reusedSocket = false
  /** Whether its connection may be used again. */
  shouldKeepAlive = true
  readonly isHead: boolean
  readonly #isChunked: boolean
  /** Bytes that its Content-Length still promises. */
  #owedBytes: number
  #head: string
  #trailers = ''
  #connection: Http1Connection | undefined
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #isFlushed = false
  /** Its answer is complete, or its socket another protocol's. */
  #isReleased = false

  constructor(method: string, { text, isChunked, bodyBytes }: RequestHead) {
    super()
    this.isHead = method === 'HEAD'
    this.#head = text
    this.#isChunked = isChunked
    this.#owedBytes = bodyBytes
  }

  /** All of it has been handed to the system. */
  get writableFinished(): boolean {
    return this.writableEnded && (this.#isFlushed || this.#connection?.socket.writableLength === 0)
  }

  /** All of its body has been written. If not, the service takes what comes next for the rest. */
  get isWhole(): boolean {
    return this.writableEnded && (this.#isChunked || this.#owedBytes === 0)
  }

  /** An empty chunk sends the head alone. False: wait for `drain`. */
  write(chunk: Buffer | string): boolean {
    // After an early answer nobody wants the rest.
    if (this.destroyed || this.writableEnded || this.#isReleased) return true
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk
    this.#owedBytes -= bytes.length
    if (this.#owedBytes < 0 && !this.#isChunked) {
      // It would be the beginning of another request.
      this.destroy(new TypeError('the body is longer than its Content-Length'))
      return true
    }
    if (this.#connection) return this.#send(this.#connection, bytes)
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    return this.#waitingBytes < WAITING_LIMIT_BYTES
  }

  /** Where the rest of its body may be written past it, if that is so many bytes and nothing else. */
  socketFor(bytes: number): Socket | undefined {
    const isOpen = !this.destroyed && !this.writableEnded && !this.#isReleased && this.#head === ''
    return isOpen && !this.#isChunked && this.#owedBytes === bytes ? this.#connection?.socket : undefined
  }

  /** So many bytes of its body have been written past it. */
  skip(size: number): void {
    this.#owedBytes -= size
  }

  /** Flat pairs for the end of a chunked body. */
  addTrailers(pairs: readonly (readonly [name: string, value: string])[]): void {
    for (const [name, value] of pairs) {
      if (isField(name, value)) this.#trailers += `${name}: ${value}\r\n`
      else this.destroy(new TypeError('a trailer is no field'))
    }
  }

  end(last?: Buffer | string | (() => void), done?: () => void): this {
    const callback = typeof last === 'function' ? last : done
    if (last !== undefined && typeof last !== 'function')
      this.write(typeof last === 'string' ? Buffer.from(last) : last)
    if (!this.writableEnded && !this.destroyed) {
      this.writableEnded = true
      if (this.#connection) this.#sendEnd(this.#connection)
    }
    if (callback) process.nextTick(callback)
    return this
  }

  /** Ends its connection as well. Whoever listens hears of `error` if there is one. */
  destroy(error?: Error): this {
    if (this.destroyed) return this
    this.destroyed = true
    const connection = this.#connection
    this.#connection = undefined
    connection?.abandon(error)
    process.nextTick(tellEnd, this, error)
    return this
  }

  /** The connection that it goes over. */
  assign(connection: Http1Connection, isReused: boolean): void {
    this.#connection = connection
    this.reusedSocket = isReused
    const { socket } = connection
    if (this.#waiting.length > 0) socket.cork()
    for (const bytes of this.#waiting) this.#send(connection, bytes)
    if (this.writableEnded) this.#sendEnd(connection)
    if (this.#waiting.length > 0) socket.uncork()
    this.#waiting = []
    if (this.#waitingBytes >= WAITING_LIMIT_BYTES && socket.writableLength === 0) this.tell('drain')
  }

  /** Its answer has come, and with it the end of its hold on the connection. */
  release(): void {
    this.#isFlushed = this.writableFinished
    this.#isReleased = true
    this.#connection = undefined
  }

  /** What comes after the last event. */
  close(error?: Error): void {
    if (this.closed) return
    if (error) this.tell('error', error)
    this.closed = true
    this.tell('close')
  }

  /** There was no connection, or it was lost before an answer. */
  fail(error: Error): void {
    if (this.destroyed) return
    this.destroyed = true
    this.#connection = undefined
    tellEnd(this, error)
  }

  #send({ socket }: Http1Connection, bytes: Buffer): boolean {
    const head = this.#head
    this.#head = ''
    if (bytes.length === 0) return head === '' || socket.write(head, 'latin1')
    const isAlone = head === '' && !this.#isChunked
    if (isAlone) return socket.write(bytes)
    socket.cork()
    const before = this.#isChunked ? `${head}${bytes.length.toString(16)}\r\n` : head
    socket.write(before, 'latin1')
    const isTaken = socket.write(bytes)
    if (this.#isChunked) socket.write('\r\n', 'latin1')
    process.nextTick(uncork, socket)
    return isTaken
  }

  #sendEnd({ socket }: Http1Connection): void {
    const end = this.#isChunked ? `${this.#head}0\r\n${this.#trailers}\r\n` : this.#head
    this.#head = ''
    if (end !== '') socket.write(end, 'latin1')
  }
}

function uncork(socket: Http1Connection['socket']): void {
  socket.uncork()
}

function tellEnd(request: Http1Request, error: Error | undefined): void {
  request.close(error)
}

/** What becomes of a request whose connection ends under it. */
export function hangUp(): UpstreamError {
  return new UpstreamError('ECONNRESET', 'the connection closed before the end of the answer')
}
