import type { Socket } from 'node:net'
import { Http1Answer } from './answer.js'
import { ChunkedBody } from './chunked-body.js'
import { ParseError } from './parse-error.js'
import { type Http1Request, hangUp } from './request.js'
import { HEAD_LIMIT_BYTES, parseResponseHead, type ResponseHead, wrongStart } from './response-head.js'

/** Told when a connection waits for its next request, and when it is gone. */
export interface ConnectionOwner {
  onIdle(connection: Http1Connection): void
  onGone(connection: Http1Connection): void
}

/** ms a connection may idle when its server named no time of its own. */
const IDLE_LIMIT_MS = 60_000

const END_OF_HEAD = '\r\n\r\n'

/** One connection to a service, and the request that is on it: us → service. Requests follow each other; none overlap. */
export class Http1Connection {
  #request: Http1Request | undefined
  #answer: Http1Answer | undefined
  /** Of a head that has not all come. */
  #partial: Buffer | undefined
  /** Bytes of the body still to come; Infinity where only the end of the connection ends it. */
  #left = 0
  #chunked: ChunkedBody | undefined
  #isPersistent = true
  #isUsed = false
  #idleSince = performance.now()
  idleLimitMs = IDLE_LIMIT_MS

  constructor(
    readonly name: string,
    readonly socket: Socket,
    readonly owner: ConnectionOwner,
  ) {
    socket.on('data', (bytes: Buffer) => this.#onData(bytes))
    socket.on('end', () => this.#onEnd())
    socket.on('drain', () => this.#request?.drain())
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => {
      this.#fail(hangUp())
      owner.onGone(this)
    })
  }

  get isUsable(): boolean {
    return this.#request === undefined && !this.socket.destroyed && this.socket.writable && this.socket.readable
  }

  /** Its server may be about to end it; `now` in ms of the monotonic clock. */
  isStale(now: number): boolean {
    return now - this.#idleSince > this.idleLimitMs
  }

  /** The next request; `isUsable` says whether there can be one. */
  carry(request: Http1Request): void {
    this.#request = request
    this.#answer = undefined
    this.#isPersistent = true
    request.assign(this, this.#isUsed)
    this.#isUsed = true
  }

  /** The request is given up: nobody can say where on this connection its answer would end. */
  abandon(error?: Error): void {
    const answer = this.#answer
    this.#request = undefined
    this.#answer = undefined
    this.socket.destroy()
    answer?.fail(error ?? hangUp())
  }

  /** For its answer: the rest of it is not wanted. */
  end(): void {
    this.#request?.destroy()
  }

  #onData(bytes: Buffer): void {
    if (!this.#request) {
      // Nobody asked for what an idle connection brings: it is not to be the beginning of the next answer.
      this.socket.destroy()
      return
    }
    try {
      if (this.#answer) this.#readBody(bytes, 0)
      else this.#readHead(bytes)
    } catch (error) {
      if (!(error instanceof ParseError)) throw error
      this.#fail(error)
      this.socket.destroy()
    }
  }

  #readHead(chunk: Buffer): void {
    const bytes = this.#partial ? Buffer.concat([this.#partial, chunk]) : chunk
    this.#partial = undefined
    let at = 0
    for (;;) {
      // Empty lines before a status line: some servers end a body with one too many.
      while (bytes[at] === 0x0d && bytes[at + 1] === 0x0a) at += 2
      const end = bytes.indexOf(END_OF_HEAD, at, 'latin1')
      if (end < 0 || end - at > HEAD_LIMIT_BYTES) {
        this.#awaitHead(bytes.subarray(at))
        return
      }
      const head = parseResponseHead(bytes.toString('latin1', at, end))
      at = end + END_OF_HEAD.length
      if (head.statusCode === 101) {
        this.#switchProtocols(head, bytes.subarray(at))
        return
      }
      if (head.statusCode >= 200 || head.statusCode < 100) {
        this.#begin(head, at < bytes.length)
        this.#readBody(bytes, at)
        return
      }
      this.#request?.inform(head)
      if (!this.#request) return
    }
  }

  #awaitHead(bytes: Buffer): void {
    const wrong = wrongStart(bytes)
    if (wrong) throw wrong
    if (bytes.length > HEAD_LIMIT_BYTES) throw new ParseError('HPE_HEADER_OVERFLOW', 'Header overflow')
    if (bytes.includes('\n\n', 0, 'latin1')) throw new ParseError('HPE_CR_EXPECTED', 'Missing expected CR')
    this.#partial = bytes
  }

  #begin(head: ResponseHead, hasMore: boolean): void {
    const request = this.#request
    if (!request) return
    this.#isPersistent = isPersistent(head)
    this.#frame(head, request.isHead)
    const isFollowed = hasMore || (this.#chunked === undefined && this.#left === 0)
    this.#answer = new Http1Answer(this, head, isFollowed)
    request.respond(this.#answer)
  }

  /** RFC 9112 §6.3. */
  #frame({ statusCode, transferEncoding, contentLength }: ResponseHead, isHead: boolean): void {
    this.#chunked = undefined
    this.#left = 0
    if (isHead || statusCode === 204 || statusCode === 304) return
    if (transferEncoding !== undefined && /(?:^|,)[ \t]*chunked[ \t]*$/i.test(transferEncoding)) {
      this.#chunked = new ChunkedBody()
      return
    }
    this.#left = transferEncoding === undefined ? (contentLength ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
    if (this.#left === Number.POSITIVE_INFINITY) this.#isPersistent = false
  }

  #readBody(bytes: Buffer, start: number): void {
    let at = start
    const answer = this.#answer
    if (!answer) return
    if (this.#chunked) {
      at = this.#readChunks(this.#chunked, answer, bytes, at)
      if (this.#chunked?.isDone && this.#answer === answer)
        this.#complete(answer, this.#chunked.rawTrailers, at < bytes.length)
      return
    }
    const end = Math.min(bytes.length, at + this.#left)
    this.#left -= end - at
    if (this.#left > 0) {
      if (end > at) answer.push(bytes.subarray(at, end), false)
      return
    }
    const last = bytes.subarray(at, end)
    this.#complete(answer, [], end < bytes.length, last)
  }

  #readChunks(chunked: ChunkedBody, answer: Http1Answer, bytes: Buffer, start: number): number {
    let at = start
    while (at < bytes.length && !chunked.isDone && this.#answer === answer) {
      at = chunked.read(bytes, at)
      if (chunked.piece) answer.push(chunked.piece, false)
    }
    return at
  }

  /** The connection is free before anybody hears of the end: whoever asks next can have it. */
  #complete(answer: Http1Answer, rawTrailers: readonly string[], hasMore: boolean, last?: Buffer): void {
    const request = this.#request
    this.#request = undefined
    this.#answer = undefined
    const isSent = request?.writableFinished ?? false
    const isKept = isSent && !hasMore && this.#isPersistent && (request?.shouldKeepAlive ?? false)
    request?.release()
    if (this.socket.isPaused()) this.socket.resume()
    this.#idleSince = performance.now()
    if (isKept) this.owner.onIdle(this)
    if (last && last.length > 0) answer.push(last, true)
    answer.finish(rawTrailers)
    if (!isKept) this.socket.destroy()
    request?.close()
  }

  #switchProtocols(head: ResponseHead, rest: Buffer): void {
    const request = this.#request
    if (head.upgrade === undefined || !request || !request.hears('upgrade')) {
      throw new ParseError('HPE_INVALID_STATUS', 'Unexpected 101')
    }
    this.#request = undefined
    const { socket } = this
    for (const event of ['data', 'end', 'drain', 'error', 'close']) socket.removeAllListeners(event)
    socket.pause()
    this.owner.onGone(this)
    request.release()
    request.upgrade(new Http1Answer(this, head, false), rest)
    request.close()
  }

  /** The service says no more. */
  #onEnd(): void {
    const answer = this.#answer
    if (answer && !this.#chunked && this.#left === Number.POSITIVE_INFINITY) this.#complete(answer, [], false)
    else this.#fail(hangUp())
    this.socket.destroy()
  }

  #fail(error: Error): void {
    const request = this.#request
    const answer = this.#answer
    this.#request = undefined
    this.#answer = undefined
    if (!request) return
    if (!answer) {
      request.fail(error)
      return
    }
    request.destroyed = true
    request.release()
    answer.fail(error)
    request.close()
  }
}

/** RFC 9112 §9.3. */
function isPersistent({ httpVersion, connection }: ResponseHead): boolean {
  if (httpVersion === '1.0') return connection !== undefined && /(?:^|,)[ \t]*keep-alive[ \t]*(?:,|$)/i.test(connection)
  return connection === undefined || !/(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(connection)
}
