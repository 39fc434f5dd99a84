import type { ServerResponse } from 'node:http'
import { type IamAuthRequest, wantsPage } from '../http/request-facts.js'
import { errorPage, loginRequiredPage, STYLE_HASH } from './pages.js'

/** On every answer of ours: it is nobody's to keep, to sniff, to frame, or to run anything in. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': `default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; style-src '${STYLE_HASH}'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const

/** 204: login and logout. */
export function sendNothing(res: ServerResponse): void {
  start(res, 204)
  res.end()
}

/** 303, to a URL that has been found safe. */
export function sendRedirect(res: ServerResponse, url: string): void {
  start(res, 303)
  res.setHeader('Location', url)
  res.end()
}

export function sendPage(res: ServerResponse, status: number, html: string): void {
  start(res, status)
  res.setHeader('Content-Type', 'text/html; charset=utf-8')
  res.end(html)
}

/** 401: a page for people, JSON for programs. The challenge's headers are on already. */
export function sendLoginRequired(req: IamAuthRequest, res: ServerResponse, origin: string): void {
  if (wantsPage(req)) {
    sendPage(res, 401, loginRequiredPage(origin))
    return
  }
  const message = 'Sign in with AWS: send the request through iam-auth-proxy.'
  sendJson(res, 401, { error: 'login_required', message })
}

/** Any other answer of ours: a short title and text, the same for every reason behind a status. */
export function sendError(req: IamAuthRequest, res: ServerResponse, status: number, error: PublicError): void {
  if (wantsPage(req)) sendPage(res, status, errorPage(error.title, error.message))
  else sendJson(res, status, { error: error.name, message: error.message })
}

/** What a stranger may learn. */
export interface PublicError {
  readonly name: string
  readonly title: string
  readonly message: string
}

function sendJson(res: ServerResponse, status: number, body: object): void {
  start(res, status)
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.end(`${JSON.stringify(body)}\n`)
}

function start(res: ServerResponse, status: number): void {
  res.statusCode = status
  for (const [name, value] of Object.entries(HEADERS)) res.setHeader(name, value)
}
