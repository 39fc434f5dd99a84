import { createHash } from 'node:crypto'

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

const STYLE = [
  ':root{color-scheme:light dark;--ink:#1b2230;--soft:#5a6474;--line:#d9dee6;--paper:#fff;--ground:#f3f5f8;--mark:#b45309}',
  '@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#9aa4b2;--line:#2d3542;--paper:#1a202a;--ground:#11151c;--mark:#f0a33e}}',
  '*{box-sizing:border-box}',
  'body{margin:0;padding:12vh 1rem 2rem;font:1rem/1.55 system-ui,sans-serif;color:var(--ink);background:var(--ground)}',
  'main{max-width:42rem;margin:auto;padding:1.75rem;background:var(--paper);border:1px solid var(--line);',
  'border-top:4px solid var(--mark);border-radius:6px;overflow-wrap:anywhere}',
  'h1{font-size:1.45rem;line-height:1.25;margin:.15rem 0 1rem}',
  'h2{font-size:1rem;margin:1.5rem 0 .25rem}',
  'p{margin:.25rem 0}',
  '.host{color:var(--soft);margin:0}',
  'code,pre{font:.875em/1.5 ui-monospace,monospace;background:var(--ground);border:1px solid var(--line);border-radius:4px}',
  'code{padding:.1em .35em;white-space:nowrap}',
  '.code{font:.95em ui-monospace,monospace}',
  'pre{margin:.6rem 0 0;padding:.75rem;white-space:pre-wrap}',
  '.next{margin-top:1.5rem}',
  '.next a{display:inline-block;padding:.5rem 1.1rem;border-radius:6px;background:var(--ink);color:var(--paper);text-decoration:none}',
  '.next a:focus-visible{outline:3px solid var(--mark);outline-offset:2px}',
  'footer{margin-top:1.75rem;padding-top:.75rem;border-top:1px solid var(--line);font-size:.875rem;color:var(--soft)}',
].join('')

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

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
  const whoCan = who === '' ? '' : `<h2>Who can change it</h2>\n<p>${escapeHtml(who)}</p>\n`
  const retry = canRetry ? '<p class="next"><a href="">Try again</a></p>\n' : ''
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>${escapeHtml(host === '' ? title : `${title} · ${host}`)}</title><style>${STYLE}</style></head>
<body><main>
${host === '' ? '' : `<p class="host">${escapeHtml(host)}</p>\n`}<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(message)}</p>
${hint === '' ? '' : `<h2>What to do</h2>\n${formatHint(hint)}\n`}${whoCan}${retry}<footer>This page is from iam-auth-proxy on your machine, not from the service.
The log of the proxy has more about it.<br>
<span class="code">${escapeHtml(code)}</span> · request <span class="code">${escapeHtml(request)}</span></footer>
</main></body>
</html>
`
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
      `default-src 'none'; img-src data:; style-src 'sha256-${STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox`,
    ],
    ...['X-Content-Type-Options', 'nosniff'],
    ...['Referrer-Policy', 'no-referrer'],
    ...['Cache-Control', 'no-store'],
  ]
}

function formatHint(hint: string): string {
  const [sentence = '', ...block] = hint.split('\n')
  const marked = escapeHtml(sentence).replaceAll(/`([^`]+)`/g, '<code>$1</code>')
  return `<p>${marked}</p>${block.length === 0 ? '' : `<pre>${escapeHtml(block.join('\n'))}</pre>`}`
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
