import type { HostPort } from '../config/config.js'

/** A request for one of our own pages, with every check behind it. */
export interface OwnRequest {
  readonly method: string
  /** Of the URL, after the `?`. */
  readonly query: URLSearchParams
  /** Fields of a posted form, without the token that protected it. Empty for GET. */
  readonly form: URLSearchParams
  /** How the client calls us: `http://127.0.0.1:8080`. */
  readonly origin: string
  /** The address and port that the client has reached. */
  readonly reached: HostPort
  /** To be sent back as the field `csrf` of every form, for as long as this process lives. */
  readonly csrfToken: string
}

/** What the client gets, beside the headers that all own pages have. */
export interface OwnAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
  /** @default nothing may be loaded, run, framed or submitted */
  readonly contentSecurityPolicy?: string
  /** Flat. */
  readonly extraHeaders?: readonly string[]
}

/** One of our own pages. A GET changes nothing; what changes something is a POST. */
export interface OwnRoute {
  readonly method: 'GET' | 'POST'
  /** As it is sent, without the query: nothing is decoded. */
  readonly path: string
  /** A link on any site may lead here. Else only ourselves, the address bar, and programs. @default false */
  readonly mayBeLinked?: boolean
  /** Shown without the proxy's password. @default false */
  readonly isPublic?: boolean
  answer(request: OwnRequest): OwnAnswer | Promise<OwnAnswer>
}

/** A short answer in plain text. */
export function ownText(status: number, text: string, extraHeaders: readonly string[] = []): OwnAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `iam-auth-proxy: ${text}\n`, extraHeaders }
}

/** After a POST: back to a page of ours, so that a reload posts nothing again. */
export function seeOther(path: `/${string}`): OwnAnswer {
  return ownText(303, `see ${path}`, ['Location', path])
}
