/** What the load process is asked to do. */
export interface LoadQuestion {
  /** Of the proxy; undefined to go to the service itself. */
  readonly proxyPort?: number
  /** The service, as `127.0.0.1:port`. */
  readonly host: string
  readonly path: string
  /** Through a CONNECT. @default false */
  readonly tunnel?: boolean
  /** Many requests on one connection, or a connection for each. */
  readonly keepAlive: boolean
  /** How many at a time. */
  readonly clients: number
  /** How many altogether. */
  readonly count: number
  /** Bytes of a request's body. */
  readonly upload?: number
  /** Bytes that the body of an answer must have. */
  readonly expect: number
}

/** What it came to. */
export interface LoadAnswer {
  readonly seconds: number
  readonly errors: number
  /** µs of each request, sorted: opening the connection included where each has its own. */
  readonly latencies: readonly number[]
}
