import { formatHint } from './hint.js'
import { html } from './html.js'
import { STYLE, STYLE_SOURCE } from './style.js'

/** Something that did not work, in words for whoever meets it. */
export interface Failure {
  readonly status: number
  readonly title: string
  /** The host that was asked for; empty where nobody could tell. */
  readonly host: string
  readonly message: string
  /** As in `LoginRefusal`: backticks around what is typed, and a block after a newline. */
  readonly hint: string
  /** Who can change it. Empty where that is not known. */
  readonly who: string
  readonly code: string
  /** Finds the line in the log. */
  readonly request: string
  /** Trying again may help: the page has a link that does. */
  readonly canRetry: boolean
}

/** A whole page without scripts or anything from elsewhere. Everything in it is escaped. */
export function renderPage({
  title,
  host,
  message,
  hint,
  who,
  code,
  request,
  canRetry,
}: Omit<Failure, 'status'>): string {
  const whoCan = who === '' ? undefined : html`<h2>Who can change it</h2>\n<p>${who}</p>\n`
  const retry = canRetry ? html`<p class="next"><a href="">Try again</a></p>\n` : undefined
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>${host === '' ? title : `${title} · ${host}`}</title>${STYLE}</head>
<body><main>
${host === '' ? undefined : html`<p class="host">${host}</p>\n`}<h1>${title}</h1>
<p>${message}</p>
${hint === '' ? undefined : html`<h2>What to do</h2>\n${formatHint(hint)}\n`}${whoCan}${retry}<footer>This page is from iam-auth-proxy on your machine, not from the service.
The log of the proxy has more about it.<br>
<span class="code">${code}</span> · request <span class="code">${request}</span></footer>
</main></body>
</html>
`.text
}

/**
 * Flat header fields of a page: nothing cached, framed, sniffed or loaded. It stands at the service's address, and has what is
 * not the service's to know: in a sandbox its origin is none, so that no page of the service can read it in a window it opened.
 */
export function pageHeaders(body: string): string[] {
  return [
    ...['Content-Type', 'text/html; charset=utf-8'],
    ...['Content-Length', String(Buffer.byteLength(body))],
    ...[
      'Content-Security-Policy',
      `default-src 'none'; img-src data:; style-src ${STYLE_SOURCE}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox`,
    ],
    ...['X-Content-Type-Options', 'nosniff'],
    ...['Referrer-Policy', 'no-referrer'],
    ...['Cache-Control', 'no-store'],
  ]
}
