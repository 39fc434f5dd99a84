import { createHash } from 'node:crypto'

export interface Page {
  readonly title: string
  readonly host: string
  readonly message: string
  readonly hint: string
  readonly code: string
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:10vh auto;padding:0 1.25rem;color:#1d2430;background:#fff}' +
  'h1{font-size:1.4rem;margin:0 0 .25rem}p{margin:.75rem 0;overflow-wrap:anywhere}small{color:#5b6472}' +
  '@media(prefers-color-scheme:dark){body{color:#e6e9ef;background:#14181f}small{color:#9aa4b2}}'

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** A whole page without scripts or anything from elsewhere. Everything in it is escaped. */
export function renderPage({ title, host, message, hint, code }: Page): string {
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<title>${escapeHtml(title)} · ${escapeHtml(host)}</title><style>${STYLE}</style></head><body><main>` +
    `<h1>${escapeHtml(title)}</h1><small>${escapeHtml(host)}</small>` +
    `<p>${escapeHtml(message)}</p><p>${escapeHtml(hint)}</p>` +
    `<small>iam-auth-proxy on this machine · ${escapeHtml(code)}</small></main></body></html>\n`
  )
}

/** Flat header fields of a page: nothing cached, framed, sniffed or loaded. */
export function pageHeaders(body: string): string[] {
  return [
    ...['Content-Type', 'text/html; charset=utf-8'],
    ...['Content-Length', String(Buffer.byteLength(body))],
    ...[
      'Content-Security-Policy',
      `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    ],
    ...['X-Content-Type-Options', 'nosniff'],
    ...['Referrer-Policy', 'no-referrer'],
    ...['Cache-Control', 'no-store'],
  ]
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
