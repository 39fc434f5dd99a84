import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AnswerTail } from '../upstream/message.js'

/** What we read of a client's request: node:http's own, or one made of an HTTP/2 stream. */
export type ClientMessage = Pick<
  IncomingMessage,
  | 'method'
  | 'url'
  | 'httpVersion'
  | 'rawHeaders'
  | 'rawTrailers'
  | 'headers'
  | 'complete'
  | 'readableEnded'
  | 'socket'
  | 'on'
  | 'once'
  | 'pause'
  | 'resume'
  | 'iterator'
>

/** What we use to answer it. */
export type ClientAnswer = Pick<
  ServerResponse,
  | 'headersSent'
  | 'shouldKeepAlive'
  | 'sendDate'
  | 'chunkedEncoding'
  | 'socket'
  | 'writeHead'
  | 'write'
  | 'end'
  | 'destroy'
  | 'destroyed'
  | 'on'
  | 'once'
  | 'writeContinue'
  | 'addTrailers'
  | 'detachSocket'
> & {
  readonly req: ClientMessage
  /** Of HTTP/2's: what comes after the head, if the service has said so. Set before the head is written. */
  tail?: AnswerTail | undefined
  /** Writes a 1xx answer, flat headers; where it is missing, its bytes are written to the socket. */
  readonly writeInterim?: (status: number, rawHeaders: readonly string[]) => void
}
