import type { Socket } from 'node:net'
import { Http1Answer } from './answer.js'
import { type Body, createBody, isToldAlong } from './body.js'
import { HeadReader } from './head-reader.js'
import { ParseError } from './parse-error.js'
import { isPersistent, outlivesAnswer, saysUpgrade } from './persistence.js'
import { Reads } from './reads.js'
import { type Http1Request, hangUp } from './request.js'
import type { ResponseHead } from './response-head.js'

/** Told when a connection waits for its next request, and when it is gone. */
export interface ConnectionOwner {
  onIdle(connection: Http1Connection): void
  onGone(connection: Http1Connection): void
}

/** ms a connection may idle when its server named no time of its own. */
const IDLE_LIMIT_MS = 60_000

/** One connection to a service, and the request that is on it: us → service. Requests follow each other; none overlap. */
export class Http1Connection {
  #request: Http1Request | undefined
  #answer: Http1Answer | undefined
  #body: Body | undefined
  readonly #heads = new HeadReader()
  readonly #reads: Reads
  /** It can carry another request after this one. */
  #isPersistent = true
  #isUsed = false
  #idleSince = performance.now()
  idleLimitMs = IDLE_LIMIT_MS
  readonly #onBytes = (bytes: Buffer) => this.#onData(bytes)
  /** Of the socket, which has others of its own. */
  readonly #listeners = {
    end: () => this.#onEnd(),
    drain: () => this.#request?.tell('drain'),
    error: (error: Error) => this.#fail(error),
    close: () => {
      if (this.#request) this.#fail(hangUp())
      this.#reads.stop()
      this.owner.onGone(this)
    },
  }

  constructor(
    readonly name: string,
    readonly socket: Socket,
    readonly owner: ConnectionOwner,
    /** Where the socket reads to, if it was opened so. */
    reads = new Reads(),
  ) {
    this.#reads = reads
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener)
    reads.start(socket, this.#onBytes)
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

  /** For its answer, as `Http1Answer.pourInto`. */
  pour(to: Socket): void {
    if (this.#body) this.#reads.pour(this.#body, to)
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
    let found = this.#heads.read(chunk, 0)
    while (found) {
      const { head, bytes, at } = found
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
      found = this.#heads.read(bytes, at)
    }
  }

  #inform(head: ResponseHead): void {
    // Whoever believes that the connection ends with it reads nothing after it.
    if (!isPersistent(head)) throw new ParseError('HPE_CLOSED_CONNECTION', 'Data after Connection: close')
    this.#request?.tell('information', head)
  }

  #begin(head: ResponseHead, hasMore: boolean): void {
    const request = this.#request
    if (!request) return
    const body = createBody(head, request.isHead)
    this.#body = body
    this.#isPersistent = outlivesAnswer(head, request.isHead) && !body.endsWithConnection
    this.#answer = new Http1Answer(this, head, hasMore || body.isDone)
    request.tell('response', this.#answer)
  }

  #readBody(bytes: Buffer, start: number): void {
    const answer = this.#answer
    const body = this.#body
    if (!answer || !body) return
    let at = start
    while (at < bytes.length && !body.isDone) {
      at = body.read(bytes, at)
      if (body.piece && !body.isDone) answer.push(body.piece, false)
      // Whoever was told may have given up.
      if (this.#answer !== answer) return
    }
    if (body.isDone) this.#complete(answer, body, at < bytes.length, body.piece)
  }

  /** The connection is free before anybody hears of the end: whoever asks next can have it. */
  #complete(answer: Http1Answer, body: Body, hasMore: boolean, last?: Buffer): void {
    const request = this.#request
    this.#request = undefined
    this.#answer = undefined
    const isSent = (request?.isWhole && request.writableFinished) ?? false
    const isKept = isSent && !hasMore && this.#isPersistent && (request?.shouldKeepAlive ?? false)
    request?.release()
    if (this.socket.isPaused()) this.socket.resume()
    this.#idleSince = performance.now()
    if (isKept) this.owner.onIdle(this)
    if (last) answer.push(last, true)
    answer.finish(body.rawTrailers)
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
    this.#reads.becomeStream(this.#onBytes)
    socket.pause()
    this.owner.onGone(this)
    request.release()
    request.tell('upgrade', new Http1Answer(this, head, false), socket, rest)
    request.close()
  }

  /** The service says no more. */
  #onEnd(): void {
    const answer = this.#answer
    if (answer && this.#body?.endsWithConnection) this.#complete(answer, this.#body, false)
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
