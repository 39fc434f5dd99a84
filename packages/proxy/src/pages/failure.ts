import { headerValues, type RawHeaders } from 'iam-auth-protocol'
import { isNavigation } from '../login/gate.js'
import { type Failure, pageHeaders, renderPage } from './page.js'

/** How a failure is told: a page to a person, an object to a program that asks for JSON, a line to everything else. */
export type FailureForm = 'page' | 'json' | 'text'

/** The form for a request: what it is decides, not what it would take. */
export function formFor(request: { readonly method: string; readonly requestRawHeaders: RawHeaders }): FailureForm {
  if (isNavigation({ ...request, origin: '' })) return 'page'
  const accept = headerValues(request.requestRawHeaders, 'accept').join()
  return /\bapplication\/(?:[\w.-]+\+)?json\b/i.test(accept) && !/\btext\/html\b/i.test(accept) ? 'json' : 'text'
}

/** Body and flat header fields: never kept by a cache, never sniffed, never a document that runs anything. */
export function renderFailure(failure: Failure, form: FailureForm): { rawHeaders: string[]; body: string } {
  if (form === 'page') {
    const body = renderPage(failure)
    return { rawHeaders: pageHeaders(body), body }
  }
  const body = form === 'json' ? formatJson(failure) : `iam-auth-proxy: ${formatLine(failure)}\n`
  return { rawHeaders: plainHeaders(form, body), body }
}

/** All of it in one line: for logs, terminals and header fields. */
export function formatLine({ message, hint }: Pick<Failure, 'message' | 'hint'>): string {
  const told = hint.replaceAll('`', '').replaceAll(/\s+/g, ' ').trim()
  return told === '' ? message : `${message} ${told}`
}

function formatJson({ status, message, hint, who, code, request }: Failure): string {
  const error = { code, message, hint, ...(who !== '' && { who }), status, request }
  return `${JSON.stringify({ from: 'iam-auth-proxy', error }, undefined, 2)}\n`
}

function plainHeaders(form: 'json' | 'text', body: string): string[] {
  return [
    ...['Content-Type', form === 'json' ? 'application/json' : 'text/plain; charset=utf-8'],
    ...['Content-Length', String(Buffer.byteLength(body))],
    ...['X-Content-Type-Options', 'nosniff'],
    ...['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
    ...['Cache-Control', 'no-store'],
  ]
}
