/** The page of a 401: what somebody who sees it is to do. */
export function loginRequiredPage(origin: string): string {
  return page(
    'Sign in with AWS',
    `<p>This site takes your AWS identity instead of a password. Your browser reached it directly; it has to come through
<code>iam-auth-proxy</code>, which answers for you with the credentials of your command line.</p>
<ol><li>Start it: <code>npx iam-auth-proxy</code></li>
<li>Use the address it prints as the HTTP proxy of your browser (or of curl: <code>curl -x</code>).</li>
<li>Open <code>${escapeHtml(origin)}</code> again.</li></ol>
<p>If it runs already, the terminal it runs in says why it did not sign you in here.</p>`,
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

/** Nothing in it is loaded or run: no script, no style, no image. */
function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body><h1>${title}</h1>
${body}
</body></html>
`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
