import type { ClientRequest, IncomingMessage } from 'node:http'

/** What we use of a request to a service: node:http's own, or one that becomes an HTTP/2 stream. */
export type UpstreamRequest = Pick<
  ClientRequest,
  | 'destroyed'
  | 'writableEnded'
  | 'writableFinished'
  | 'closed'
  | 'reusedSocket'
  | 'on'
  | 'once'
  | 'write'
  | 'end'
  | 'destroy'
  | 'addTrailers'
> & {
  /** Of a connection of HTTP/1.1: whether it goes back to its pool. */
  shouldKeepAlive?: boolean
}

/** What we read of its answer. */
export type UpstreamAnswer = Pick<
  IncomingMessage,
  | 'statusCode'
  | 'statusMessage'
  | 'httpVersion'
  | 'headers'
  | 'rawHeaders'
  | 'rawTrailers'
  | 'complete'
  | 'destroyed'
  | 'on'
  | 'once'
  | 'pause'
  | 'resume'
  | 'destroy'
> & {
  /** The connection, where this answer has one of its own. */
  readonly socket?: IncomingMessage['socket']
  /** What may come after the head, where that is known: of HTTP/1.1 its fields say it. */
  readonly tail?: AnswerTail
} & AsyncIterable<Buffer>

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
