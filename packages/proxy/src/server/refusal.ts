import { randomBytes } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { headerValues } from 'iam-auth-protocol'
import { type FailureForm, formatLine, formFor, renderFailure } from '../pages/failure.js'
import type { ClientAnswer, ClientMessage } from './client-message.js'

/** What a person can do about a refusal, and who else can. */
export interface Advice {
  /** As in `LoginRefusal`: backticks around what is typed, and a block after a newline. @default '' */
  readonly hint?: string
  /** @default '' */
  readonly who?: string
  /** @default 'Not reached' */
  readonly title?: string
  /** @default false */
  readonly canRetry?: boolean
}

/** An answer of our own instead of the service's: what happened, and what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  /** Finds the line of the log. */
  readonly request = randomBytes(4).toString('hex')

  constructor(
    readonly status: number,
    message: string,
    /** RFC 9209 §2.3 */
    readonly proxyError = 'http_request_error',
    readonly extraHeaders: readonly string[] = [],
    readonly advice: Advice = {},
  ) {
    super(message)
  }

  /** Message and hint in one line. */
  get line(): string {
    return formatLine({ message: this.message, hint: this.advice.hint ?? '' })
  }

  /** The request was not understood, so nobody can say where the next one begins. */
  get isAboutFraming(): boolean {
    return this.status === 400 || this.status === 501 || this.status === 505
  }
}

/** Answers a request with a refusal: a person gets a page. Does nothing once an answer has begun. */
export function answerRefusal(response: ClientAnswer, refusal: Refusal): void {
  if (response.headersSent) return
  const { method = 'GET', rawHeaders } = response.req
  const form = formFor({ method, requestRawHeaders: rawHeaders })
  const { rawHeaders: own, body } = render(refusal, form, hostOf(response.req))
  if (refusal.isAboutFraming) response.shouldKeepAlive = false
  // The reason is said again: a failed attempt to write the service's own has left that in the response.
  const reason = STATUS_CODES[refusal.status] ?? ''
  response.writeHead(refusal.status, reason, [...own, ...statusHeaders(refusal)])
  if (method === 'HEAD') response.end()
  else endAfterUpload(response, body)
}

/** ms a client gets to finish an upload that we will not use: a reset now could cost it our answer. */
const LINGER_MS = 1000

function endAfterUpload(response: ClientAnswer, body: string): void {
  const { req: request } = response
  if (response.shouldKeepAlive || request.complete) {
    response.end(body)
    return
  }
  response.write(body)
  const timer = setTimeout(() => response.end(), LINGER_MS)
  request.once('close', () => {
    clearTimeout(timer)
    response.end()
  })
  request.resume()
}

/** The same on a bare socket (CONNECT, broken requests), then the end. The reason is all that some clients show. */
export function endWithRefusal(socket: Duplex, refusal: Refusal): void {
  const { rawHeaders, body } = render(refusal, 'text', '')
  const reason = shortened(printable(refusal.line))
  const headers = [...rawHeaders, ...statusHeaders(refusal, reason), 'Connection', 'close']
  let head = `HTTP/1.1 ${refusal.status} ${reason}\r\n`
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`
  socket.on('error', () => {})
  socket.end(`${head}\r\n${body}`, () => socket.destroy())
}

function render(refusal: Refusal, form: FailureForm, host: string): { rawHeaders: string[]; body: string } {
  const { status, message, proxyError: code, request, advice } = refusal
  const { hint = '', who = '', title = 'Not reached', canRetry = false } = advice
  return renderFailure({ status, title, host, message, hint, who, code, request, canRetry }, form)
}

/** `details` is RFC 9209's own word for what curl -v and logs of clients then show; a String of RFC 8941 §3.3.3. */
function statusHeaders({ proxyError, extraHeaders }: Refusal, details?: string): string[] {
  const more = details === undefined ? '' : `; details="${details.replaceAll(/["\\]/g, '\\$&')}"`
  return ['Proxy-Status', `iam-auth-proxy; error=${proxyError}${more}`, ...extraHeaders]
}

/** Characters of a reason phrase: a few lines of a terminal, and far below what any client takes. */
const MAX_REASON = 300

function shortened(text: string): string {
  return text.length <= MAX_REASON ? text : `${text.slice(0, MAX_REASON - 3)}...`
}

/** As the client named it: in a tunnel the URL is a path. */
function hostOf({ url = '', rawHeaders }: ClientMessage): string {
  return URL.canParse(url) ? new URL(url).host : (headerValues(rawHeaders, 'host')[0] ?? '')
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}
