import { type Html, html } from '../pages/html.js'
import { inlineScript, STYLE, STYLE_SOURCE } from '../pages/style.js'
import type { OwnAnswer } from './route.js'

/** What makes one of our own pages, beside the frame that all have. */
export interface OwnPage {
  readonly title: string
  readonly content: Html
  /** Runs in the page; may ask our own origin. @default none */
  readonly script?: string
  /** @default 200 */
  readonly status?: number
}

/** A whole page of our own. Its forms post to us, its script is allowed by its hash, and nothing else is loaded or run. */
export function ownHtml({ title, content, script, status = 200 }: OwnPage): OwnAnswer {
  const inline = script === undefined ? undefined : inlineScript(script)
  const scripts = inline === undefined ? '' : ` script-src ${inline.source}; connect-src 'self';`
  return {
    status,
    contentType: 'text/html; charset=utf-8',
    contentSecurityPolicy: `default-src 'none';${scripts} img-src data:; style-src ${STYLE_SOURCE}; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`,
    body: html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>${title} · iam-auth-proxy</title>${STYLE}</head>
<body class="own">${content}${inline?.element}</body>
</html>
`.text,
  }
}
