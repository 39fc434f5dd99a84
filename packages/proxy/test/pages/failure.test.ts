import { describe, expect, test } from 'vitest'
import { formatLine, formFor, renderFailure } from '../../src/pages/failure.js'

const failure = {
  status: 502,
  title: 'The service was not reached',
  host: 'wiki.example.com',
  message: 'wiki.example.com refuses connections.',
  hint: 'Trust it with `trust add`:\niam-auth-proxy trust add\n  http://wiki.example.com',
  who: 'You.',
  code: 'connection_refused',
  request: '0badcafe',
  canRetry: true,
}

test.each<[what: string, form: string, method: string, headers: string[]]>([
  ['a browser on plain http', 'page', 'GET', ['Upgrade-Insecure-Requests', '1', 'Accept', 'text/html,*/*;q=0.8']],
  ['a browser on https', 'page', 'GET', ['Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'document', 'Accept', '*/*']],
  ['a frame', 'text', 'GET', ['Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'iframe', 'Accept', 'text/html']],
  ['a form that was posted', 'text', 'POST', ['Upgrade-Insecure-Requests', '1', 'Accept', 'text/html']],
  ['curl', 'text', 'GET', ['Accept', '*/*']],
  ['a client without Accept', 'text', 'GET', []],
  ['an API client', 'json', 'GET', ['Accept', 'application/json, text/plain, */*']],
  ['one with a media type of its own', 'json', 'POST', ['Accept', 'application/vnd.wiki.v3+json']],
  ['one that takes pages as well', 'text', 'GET', ['Accept', 'text/html, application/json']],
])('%s gets a %s', (_, form, method, headers) => {
  expect(formFor({ method, requestRawHeaders: headers })).toBe(form)
})

test('in one line there is nothing but the words', () => {
  expect(formatLine(failure)).toBe(
    'wiki.example.com refuses connections. Trust it with trust add: iam-auth-proxy trust add http://wiki.example.com',
  )
  expect(formatLine({ message: 'Only this.', hint: '' })).toBe('Only this.')
})

describe.each(['page', 'text', 'json'] as const)('as %s', (form) => {
  const { rawHeaders, body } = renderFailure(failure, form)
  const header = (name: string) => rawHeaders[rawHeaders.indexOf(name) + 1]

  test('says what it is, how long, and that nobody keeps, sniffs or frames it', () => {
    expect(Number(header('Content-Length'))).toBe(Buffer.byteLength(body))
    expect(header('Cache-Control')).toBe('no-store')
    expect(header('X-Content-Type-Options')).toBe('nosniff')
    expect(header('Content-Security-Policy')).toMatch(/^default-src 'none';.*frame-ancestors 'none'/)
  })

  test('holds what happened, and what to do', () => {
    for (const words of ['refuses connections', 'iam-auth-proxy trust add']) expect(body).toContain(words)
  })
})

test('as an object it holds every field', () => {
  expect(JSON.parse(renderFailure(failure, 'json').body)).toEqual({
    from: 'iam-auth-proxy',
    error: {
      code: 'connection_refused',
      message: failure.message,
      hint: failure.hint,
      who: 'You.',
      status: 502,
      request: '0badcafe',
    },
  })
})
