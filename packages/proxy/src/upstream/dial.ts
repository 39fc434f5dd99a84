import type { Socket } from 'node:net'

/** Where a connection goes. */
export interface DialTarget {
  /** A name or an IP literal without brackets, as `new URL().hostname` normalises it. */
  readonly host: string
  readonly port: number
  /** For a tunnel: where the bytes read shall go. A dial that can reads straight into it and sets `isAttached`. */
  readonly sink?: ReadSink
}

/** One reused buffer instead of a new one per read: see `net.Socket`'s `onread`. */
export interface ReadSink {
  readonly buffer: Uint8Array
  /** Returns false to pause reading. */
  readonly onRead: (size: number) => boolean
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
