import type { ServiceName } from '../aws-error.js'

/** One request as it was received and answered. */
export interface Call {
  readonly service: ServiceName
  /** Such as `GetCallerIdentity`, as the request said it. Empty if it said none. */
  readonly action: string
  /** The Host header. */
  readonly host: string
  /** When it came in, by the server's clock: milliseconds since 1970. */
  readonly at: number
  /** The client's port: two calls of one connection have the same. */
  readonly sourcePort: number
  readonly requestId: string
  /** As the request claimed it. */
  readonly accessKeyId?: string
  /** The caller's ARN: only once its signature was verified. */
  readonly principalArn?: string
  /** Only once its signature was verified. */
  readonly region?: string
  /** The status that was answered; undefined while it is being answered, and for a connection that was dropped. */
  readonly status?: number
  /** AWS's code, if it was refused. */
  readonly errorCode?: string
  /** The fault that was injected, if any. */
  readonly fault?: string
}

/** A call while it is being answered. */
export type CallInProgress = { -readonly [Member in keyof Call]: Call[Member] }

/** The calls received, oldest first. */
export interface CallLog {
  start(call: CallInProgress): void
  list(): readonly Call[]
  reset(): void
}

/** Keeps the last `limit` calls, so that a long benchmark does not fill the memory. */
export function createCallLog(limit: number): CallLog {
  let calls: Call[] = []
  return {
    start(call) {
      if (calls.length >= limit * 2) calls = calls.slice(-limit)
      calls.push(call)
    },
    list: () => calls.slice(-limit).map((call) => ({ ...call })),
    reset() {
      calls = []
    },
  }
}
