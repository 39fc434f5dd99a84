import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { pageHeaders, renderPage } from '../../src/pages/page.js'

const page = {
  title: 'Not logged in',
  host: 'wiki.example.com',
  message: 'A message.',
  hint: '',
  who: '',
  code: 'ERR_IAM_X',
  request: '0badcafe',
  canRetry: false,
}

test('escapes whatever it is given, in every place', () => {
  const nasty = `<b id="x" class='y'>&`
  const html = renderPage({
    ...page,
    title: nasty,
    host: nasty,
    message: nasty,
    hint: `${nasty}\n${nasty}`,
    who: nasty,
    code: nasty,
    request: nasty,
  })
  expect(html).not.toContain('<b ')
  expect(html).not.toContain('&&')
  expect(html.match(/&#60;b id=&#34;x&#34; class=&#39;y&#39;&#62;&#38;/g)).toHaveLength(10)
})

test('marks what is typed: in backticks within the sentence, as a block after a newline', () => {
  const html = renderPage({ ...page, hint: 'Run `aws sso login`, then:\n{\n  "a": 1\n}' })
  expect(html).toContain('<p>Run <code>aws sso login</code>, then:</p><pre>{\n  &#34;a&#34;: 1\n}</pre>')
})

test('has a link to itself only where trying again helps', () => {
  expect(renderPage(page)).not.toContain('<a ')
  expect(renderPage({ ...page, canRetry: true })).toContain('<a href="">Try again</a>')
})

test('its policy allows nothing but its own style sheet, and no frame around it', () => {
  const html = renderPage(page)
  const style = /<style>(.*?)<\/style>/s.exec(html)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  const headers = pageHeaders(html)
  const policy = headers[headers.indexOf('Content-Security-Policy') + 1]
  expect(policy).toMatch(/^default-src 'none'; /)
  expect(policy).toContain(`style-src 'sha256-${hash}'`)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toMatch(/; sandbox$/)
  expect(html).not.toMatch(/<script|https?:/)
})
