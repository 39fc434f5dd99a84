import type { Socket } from 'node:net'

/** Where a connection goes. */
export interface DialTarget {
  /** A name or an IP literal without brackets, as `new URL().hostname` normalises it. */
  readonly host: string
  readonly port: number
  /** Where the bytes read shall go. A dial that can reads straight into it and sets `isAttached`. */
  readonly sink?: ReadSink
  /** Each side may end before the other, as in a tunnel. @default false */
  readonly allowHalfOpen?: boolean
}

/** Reused buffers instead of a new one per read: see `net.Socket`'s `onread`. */
export interface ReadSink {
  /** Asked before the first read and after each: where the next one goes. */
  readonly nextBuffer: () => Buffer
  /** Returns false to pause reading. */
  readonly onRead: (size: number, buffer: Buffer) => boolean
  isAttached: boolean
}

/** Opens one connection, ready for the first byte of the request. Rejects with an error that has a `code`. */
export type Dial = (target: DialTarget) => Promise<Socket>

/** A failure on the way to a service, worded for the person who sees it. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  readonly hint?: string
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions & {
      /** What to do, where this error knows better than its code: as in `LoginRefusal`. */
      readonly hint?: string
    },
  ) {
    super(message, options)
    if (options?.hint !== undefined) this.hint = options.hint
  }
}
