import type { Socket } from 'node:net'
import { Http1Answer } from './answer.js'
import { ChunkedBody } from './chunked-body.js'
import { ParseError } from './parse-error.js'
import { PartialHead, pastEmptyLines, requirePossibleHead } from './partial-head.js'
import { type Http1Request, hangUp } from './request.js'
import { HEAD_LIMIT_BYTES, hasBody, parseResponseHead, type ResponseHead } from './response-head.js'

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
  #partial: PartialHead | undefined
  /** Bytes of the body still to come; Infinity where only the end of the connection ends it. */
  #left = 0
  #chunked: ChunkedBody | undefined
  #isPersistent = true
  #isUsed = false
  #idleSince = performance.now()
  idleLimitMs = IDLE_LIMIT_MS
  /** Of the socket, which has others of its own. */
  readonly #listeners = {
    data: (bytes: Buffer) => this.#onData(bytes),
    end: () => this.#onEnd(),
    drain: () => this.#request?.drain(),
    error: (error: Error) => this.#fail(error),
    close: () => {
      this.#fail(hangUp())
      this.owner.onGone(this)
    },
  }

  constructor(
    readonly name: string,
    readonly socket: Socket,
    readonly owner: ConnectionOwner,
  ) {
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener)
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
    const partial = this.#partial
    const searched = partial?.length ?? 0
    const bytes = partial?.append(chunk) ?? chunk
    this.#partial = undefined
    let at = 0
    for (;;) {
      at = pastEmptyLines(bytes, at)
      const end = bytes.indexOf(END_OF_HEAD, Math.max(at, searched - END_OF_HEAD.length), 'latin1')
      if (end < 0 || end - at > HEAD_LIMIT_BYTES) {
        requirePossibleHead(bytes.subarray(at), at === 0 ? searched : 0)
        this.#partial = at === 0 && partial ? partial : new PartialHead(bytes.subarray(at))
        return
      }
      const head = parseResponseHead(bytes.toString('latin1', at, end))
      at = end + END_OF_HEAD.length
      if (head.statusCode === 101) {
        this.#switchProtocols(head, bytes.subarray(at))
        return
      }
      if (head.statusCode >= 200) {
        this.#begin(head, isToldAlong(head, bytes, at))
        this.#readBody(bytes, at)
        return
      }
      this.#inform(head)
      if (!this.#request) return
    }
  }

  #inform(head: ResponseHead): void {
    // Whoever believes that the connection ends with it reads nothing after it.
    if (!isPersistent(head)) throw new ParseError('HPE_CLOSED_CONNECTION', 'Data after Connection: close')
    this.#request?.inform(head)
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
    // Without a length a server may send the body of a GET, up to the end of the connection.
    if (isHead && transferEncoding === undefined && contentLength === undefined) this.#isPersistent = false
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
    const isSent = (request?.isWhole && request.writableFinished) ?? false
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
    if (!saysUpgrade(head) || !request?.hears('upgrade')) {
      throw new ParseError('HPE_INVALID_STATUS', 'Unexpected 101')
    }
    this.#request = undefined
    const { socket } = this
    for (const [event, listener] of Object.entries(this.#listeners)) socket.removeListener(event, listener)
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

/** Whether some of a body comes along with its head. Of chunks the first size alone tells nobody anything. */
function isToldAlong({ transferEncoding }: ResponseHead, bytes: Buffer, at: number): boolean {
  if (transferEncoding === undefined) return at < bytes.length
  const sizeEnd = bytes.indexOf('\r\n', at, 'latin1')
  return sizeEnd >= 0 && sizeEnd + 2 < bytes.length
}

/** RFC 9110 §7.8: both say it. */
function saysUpgrade({ upgrade = '', connection = '' }: ResponseHead): boolean {
  return upgrade !== '' && /(?:^|,)[ \t]*upgrade[ \t]*(?:,|$)/i.test(connection)
}

/** RFC 9112 §9.3; and not where somebody may see more of a body than we do: RFC 9112 §6.1, RFC 9110 §8.6. */
function isPersistent(head: ResponseHead): boolean {
  const { statusCode, httpVersion, connection, transferEncoding } = head
  if (statusCode === 204 && hasBody(head)) return false
  if (httpVersion === '1.0') {
    if (transferEncoding !== undefined) return false
    return connection !== undefined && /(?:^|,)[ \t]*keep-alive[ \t]*(?:,|$)/i.test(connection)
  }
  return connection === undefined || !/(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(connection)
}
