import type { Socket } from 'node:net'

/** What we use of a request to a service, whatever carries it. `write` and `end` take a body as it is; its framing is in the headers. */
export interface UpstreamRequest extends UpstreamEvents {
  readonly destroyed: boolean
  readonly closed: boolean
  readonly writableEnded: boolean
  /** All of it has been handed to the system. */
  readonly writableFinished: boolean
  /** Its connection has carried another before. */
  readonly reusedSocket: boolean
  /** Of a connection of HTTP/1.1: whether it goes back to its pool. */
  shouldKeepAlive?: boolean
  /** False: wait for `drain`. An empty chunk sends the headers alone. */
  write(chunk: Buffer | string): boolean
  end(last?: Buffer | string): unknown
  end(done: () => void): unknown
  addTrailers(pairs: readonly (readonly [name: string, value: string])[]): void
  /** As in `Http1Request`. @default bodies go by `write` alone */
  socketFor?(bytes: number): Socket | undefined
  skip?(size: number): void
  destroy(error?: Error): unknown
}

interface UpstreamEvents {
  on(event: 'response', listener: (answer: UpstreamAnswer) => void): unknown
  on(event: 'information', listener: (interim: InterimAnswer) => void): unknown
  /** The service has left HTTP: its 101, the connection, and what came on it after that. */
  on(event: 'upgrade', listener: (answer: UpstreamAnswer, socket: Socket, head: Buffer) => void): unknown
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
  on(event: 'drain' | 'close', listener: () => void): unknown
  once(event: 'drain' | 'close', listener: () => void): unknown
}

/** A 1xx answer, flat headers. */
export interface InterimAnswer {
  readonly statusCode: number
  readonly statusMessage: string
  readonly rawHeaders: readonly string[]
}

/** What we read of its answer. */
export interface UpstreamAnswer extends AsyncIterable<Buffer> {
  readonly statusCode: number
  readonly statusMessage: string
  readonly httpVersion: string
  /** Flat: name, value, name, value, as received. */
  readonly rawHeaders: readonly string[]
  readonly rawTrailers: readonly string[]
  /** The protocol that a 101 changes to. */
  readonly upgrade?: string | undefined
  /** All of it has come, read or not. */
  readonly complete: boolean
  readonly destroyed: boolean
  /** What a listener of `data` is told just now is the end of the answer, too. */
  readonly isLast?: boolean
  /** Some of the body, or its end, is told in the same breath as the head. @default false */
  readonly isFollowed?: boolean
  /** The connection, where this answer has one of its own. */
  readonly socket?: Socket
  /** What may come after the head, where that is known: of HTTP/1.1 its fields say it. */
  readonly tail?: AnswerTail
  on(event: 'data', listener: (bytes: Buffer) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end' | 'close', listener: () => void): unknown
  once(event: 'end' | 'close', listener: () => void): unknown
  /** As in `Http1Answer`. @default bodies come as `data` alone */
  pourInto?(to: Socket): void
  /** Its connection may wait for the next request this long, in ms. @default it has no connection of its own */
  limitIdle?(ms: number): void
  pause(): unknown
  resume(): unknown
  destroy(error?: Error): unknown
}

/** Nothing at all: gRPC says its status so. Or a body, and then trailers that nobody has announced. */
export type AnswerTail = 'none' | 'trailers'

/** A request to an https service, whatever carries it. */
export interface OutgoingRequest {
  /** As in `DialTarget`. */
  readonly host: string
  readonly port: number
  readonly method: string
  readonly path: string
  /** Flat, as HTTP/1.1 has them, with Host and framing. */
  readonly headers: readonly string[]
  readonly hasBody: boolean
  readonly signal?: AbortSignal
}
