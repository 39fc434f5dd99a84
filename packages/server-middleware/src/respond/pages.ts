import { createHash } from 'node:crypto'

const STYLE = [
  ':root{color-scheme:light dark;--ink:#1b2230;--line:#d9dee6;--paper:#fff;--ground:#f3f5f8}',
  '@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--line:#2d3542;--paper:#1a202a;--ground:#11151c}}',
  '*{box-sizing:border-box}',
  'body{margin:0;padding:12vh 1rem 2rem;font:1rem/1.55 system-ui,sans-serif;color:var(--ink);background:var(--ground)}',
  'main{max-width:42rem;margin:auto;padding:1.75rem;background:var(--paper);border:1px solid var(--line);',
  'border-radius:6px;overflow-wrap:anywhere}',
  'h1{font-size:1.45rem;line-height:1.25;margin:0 0 1rem}',
  'a{color:inherit}p{margin:.5rem 0}ol{margin:.75rem 0;padding-left:1.4rem}li{margin:.35rem 0}',
  'code{font:.875em/1.5 ui-monospace,monospace;padding:.1em .35em;white-space:nowrap;background:var(--ground);border:1px solid var(--line);border-radius:4px}',
].join('')

/** For `style-src`: of the one style sheet that these pages have. */
export const STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`

/** The page of a 401: what somebody who sees it is to do. */
export function loginRequiredPage(origin: string): string {
  return page(
    'Sign in with AWS',
    `<p>This site takes your AWS identity instead of a password. Come through <code>iam-auth-proxy</code>, which answers
for you with the credentials of your command line:</p>
<ol><li>Start it: <code>iam-auth-proxy</code></li>
<li>Use the address it prints as the HTTP proxy of your browser (for curl: <code>curl -x</code>).</li>
<li>Open <a href="${escapeHtml(origin)}/">${escapeHtml(origin)}</a> again.</li></ol>
<p>Does it run already? It signs you in where it sees the request: at plain http addresses, not inside https. Where
it did not all the same, the terminal it runs in says why.</p>`,
  )
}

/** The page of an answer without a challenge. */
export function errorPage(title: string, text: string): string {
  return page(title, `<p>${escapeHtml(text)}</p>`)
}

export const LOGGED_OUT_PAGE = page(
  'Signed out',
  '<p>This session has ended. While <code>iam-auth-proxy</code> runs, the next page you open here signs you in again.</p>',
)

/** Nothing in it is loaded or run: no script, no image, and no style but its own. */
function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1>
${body}
</main></body></html>
`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
