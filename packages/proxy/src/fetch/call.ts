import { type CallBody, createCallBody } from './body.js'

/** One call of the program, from its arguments to the last of its requests. */
export interface Call {
  /** What every request of it is sent with, as the program gave it: a dispatcher, too. */
  readonly init: RequestInit
  readonly signal: AbortSignal | undefined
  readonly redirect: Request['redirect']
  /** ms of the monotonic clock */
  readonly startedAt: number
}

/** One request of a call: the first, or where a redirect led. */
export interface Hop {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: CallBody
  /** Some redirect before it came from another origin: it was not the program that chose this URL. */
  readonly isForeign: boolean
}

/**
 * The arguments of a fetch, read by fetch's own rules. The headers are the program's: those that belong to a body are
 * added when it is sent, since a form has a new boundary each time.
 *
 * @throws TypeError as fetch does
 */
export function readCall(input: string | URL | Request, init: RequestInit = {}): { call: Call; hop: Hop } {
  const { body, ...rest } = init
  // Without the signal, which each request below follows by itself.
  const request = new Request(input, { ...rest, signal: null })
  const signal = init.signal ?? (input instanceof Request && init.signal === undefined ? input.signal : undefined)
  const call = {
    init: input instanceof Request ? { ...fieldsOf(request), ...rest } : rest,
    signal,
    redirect: request.redirect,
    startedAt: performance.now(),
  }
  const { method, headers } = request
  const hop = {
    url: new URL(request.url),
    method,
    headers,
    body: createCallBody(body ?? request.body),
    isForeign: false,
  }
  return { call, hop }
}

/** What a Request says beside its URL, method, headers, body, signal and redirect mode. A dispatcher in it nobody can read. */
function fieldsOf(request: Request): RequestInit {
  const { cache, credentials, integrity, keepalive, mode, referrer, referrerPolicy } = request
  const fields = { cache, credentials, integrity, keepalive, mode, referrer, referrerPolicy }
  return fields
}
