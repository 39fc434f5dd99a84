/** What the load process is asked to do. */
export interface LoadQuestion {
  /** Of the proxy; undefined to go to the service itself. */
  readonly proxyPort?: number
  /** The service, as `127.0.0.1:port`. */
  readonly host: string
  /** Several such, each request's in turn, instead of that one: on one connection only through a proxy, in absolute form. */
  readonly hosts?: readonly string[]
  readonly path: string
  /** Through a CONNECT. @default false */
  readonly tunnel?: boolean
  /** PEM of the service's own certificate: TLS inside the tunnel, with a proxy that shows another one, or it is an error. */
  readonly certificate?: string
  /** One message of 64 bytes each way instead of a request and its answer. @default false */
  readonly isWebSocket?: boolean
  /** Many requests on one connection, or a connection for each. */
  readonly keepAlive: boolean
  /** How many at a time. */
  readonly clients: number
  /** How many altogether, where there are no `seconds`. */
  readonly count: number
  /** As many as can be begun in this time. */
  readonly seconds?: number
  /** Further fields of each request: how many, and the bytes of each one's value. */
  readonly fields?: { readonly count: number; readonly bytes: number }
  /** Opens so many tunnels and keeps them until the next question, instead of asking anything. */
  readonly hold?: number
  /** Bytes of a request's body. */
  readonly upload?: number
  /** Bytes that the body of an answer must have. */
  readonly expect: number
}

/** What it came to. */
export interface LoadAnswer {
  readonly seconds: number
  readonly errors: number
  /** What the first error was, for the notes. */
  readonly firstError?: string
  /** µs of each request, sorted: opening the connection included where each has its own. */
  readonly latencies: readonly number[]
}
