import { describe, expect, test } from 'vitest'
import { message, startWithPages, statusOf } from './rig.js'

const CROSS_SITE = ['Sec-Fetch-Site: cross-site']
const LINK = ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document']

describe('a Host', () => {
  test.each(['127.0.0.1', 'localhost', 'LocalHost', '[::1]', 'iam-auth-proxy.localhost'])(
    'of %s with our port is ours',
    async (name) => {
      const { get, port } = await startWithPages()
      expect(await get('/data', [], `${name}:${port}`)).toMatch(/^HTTP\/1.1 200 .*\r\n\r\nthis is \/data\n$/s)
    },
  )

  test.each([
    'evil.example:PORT',
    'rebound.localhost:PORT',
    'localhost.evil.example:PORT',
    '127.0.0.1.nip.io:PORT',
    '127.0.0.1',
    'localhost:80',
    '127.0.0.1:PORT0',
    '127.0.0.2:PORT',
    '0.0.0.0:PORT',
    '127.1:PORT',
    '2130706433:PORT',
    '[::]:PORT',
    'localhost.:PORT',
    '',
  ])('of %s is another: the same 421 for every path, without CORS headers', async (name) => {
    const { get, post, asked, port } = await startWithPages()
    const host = name.replace('PORT', String(port))
    const origin = [`Origin: http://${host}`, 'Sec-Fetch-Site: same-origin']
    const answers = [
      await get('/', [], host),
      await get('/data', origin, host),
      await post('/act', 'csrf=x', origin, host),
    ]
    const withoutDate = answers.map((answer) => answer.replace(/^Date: .*$/m, ''))
    expect(new Set(withoutDate).size).toBe(1)
    expect(answers[0]).toMatch(/^HTTP\/1.1 421 /)
    expect(answers[0]).not.toMatch(/access-control/i)
    expect(asked).toEqual([])
  })

  test('twice is none', async () => {
    const { send, own } = await startWithPages()
    expect(statusOf(await send(message('GET', '/', 'evil.example', [`Host: ${own}`])))).toBe(400)
  })
})

describe('another site', () => {
  test.each<[what: string, status: number, path: string, lines: readonly string[]]>([
    ['links to a page that may be linked', 200, '/', [...CROSS_SITE, ...LINK]],
    ['links to another page', 403, '/data', [...CROSS_SITE, ...LINK]],
    ['frames it', 403, '/', [...CROSS_SITE, 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe']],
    ['loads it as an image', 403, '/', [...CROSS_SITE, 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image']],
    ['loads it as a script', 403, '/public', [...CROSS_SITE, 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: script']],
    ['fetches it', 403, '/', ['Origin: http://evil.example', ...CROSS_SITE, 'Sec-Fetch-Mode: cors']],
    ['fetches it without Sec-Fetch', 403, '/data', ['Origin: http://evil.example']],
    ['fetches it from nowhere', 403, '/data', ['Origin: null']],
    ['is another port of this machine', 403, '/data', ['Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: no-cors']],
    ['says it twice', 403, '/data', ['Sec-Fetch-Site: same-origin', ...CROSS_SITE]],
    ['asks for what is not there', 403, '/nothing', CROSS_SITE],
    ['is the address bar', 200, '/data', ['Sec-Fetch-Site: none', ...LINK]],
    ['is ourselves', 200, '/data', ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Mode: cors', 'Origin: http://OWN']],
    ['is a program', 200, '/data', []],
  ])('that %s gets %i', async (_, status, path, lines) => {
    const { get, own, asked } = await startWithPages()
    const answer = await get(
      path,
      lines.map((line) => line.replace('OWN', own)),
    )
    expect(statusOf(answer)).toBe(status)
    expect(answer).not.toMatch(/access-control/i)
    expect(asked).toHaveLength(status === 200 ? 1 : 0)
  })

  test('cannot have a link with another method', async () => {
    const { send, own } = await startWithPages()
    expect(statusOf(await send(message('DELETE', '/', own, [...CROSS_SITE, ...LINK])))).toBe(403)
  })
})

describe('a POST', () => {
  async function withToken() {
    const proxy = await startWithPages()
    await proxy.get('/data')
    return { ...proxy, csrf: proxy.asked[0]?.request.csrfToken ?? '' }
  }

  test('with the token does what it says; the token is not among its fields', async () => {
    const { post, csrf, own, asked } = await withToken()
    expect(csrf).toMatch(/^[\w-]{43}$/)
    expect(statusOf(await post('/act', `what=a+b&csrf=${csrf}`, [`Origin: http://${own}`]))).toBe(200)
    expect(Object.fromEntries(asked[1]?.request.form ?? [])).toEqual({ what: 'a b' })
  })

  test.each<[what: string, status: number, form: string, lines: readonly string[]]>([
    ['no token', 403, 'what=x', []],
    ['an empty token', 403, 'csrf=', []],
    ['another token', 403, `csrf=${'A'.repeat(43)}`, []],
    ['the token from another site', 403, 'csrf=TOKEN', CROSS_SITE],
    ['the token with a foreign Origin', 403, 'csrf=TOKEN', ['Origin: http://evil.example']],
    ['the token from a sandbox', 403, 'csrf=TOKEN', ['Origin: null']],
    ['a link’s headers', 403, 'csrf=TOKEN', [...CROSS_SITE, ...LINK]],
    ['the token as text', 415, 'csrf=TOKEN', ['Content-Type: text/plain']],
    ['4 KiB', 413, `csrf=TOKEN&x=${'x'.repeat(4096)}`, []],
  ])('with %s gets %i', async (_, status, form, lines) => {
    const { send, csrf, own, asked } = await withToken()
    const body = form.replace('TOKEN', csrf)
    const type = lines.some((line) => line.startsWith('Content-Type'))
      ? []
      : ['Content-Type: application/x-www-form-urlencoded']
    const answer = await send(message('POST', '/act', own, [...lines, ...type, `Content-Length: ${body.length}`], body))
    expect(statusOf(answer)).toBe(status)
    expect(asked).toHaveLength(1)
  })

  test('in the query is none: a link cannot act', async () => {
    const { get, csrf, asked } = await withToken()
    expect(await get(`/act?csrf=${csrf}`)).toMatch(/^HTTP\/1.1 405 .*Allow: POST\r\n/s)
    expect(asked).toHaveLength(1)
  })

  test('with a body whose end is in doubt is refused as everywhere', async () => {
    const { send, own } = await startWithPages()
    const lines = ['Content-Type: application/x-www-form-urlencoded', 'Transfer-Encoding:', 'Content-Length: 3']
    expect(statusOf(await send(message('POST', '/act', own, lines, 'abc')))).toBe(400)
  })
})

describe('with a password', () => {
  const proxyAuth = { user: 'me', password: 'correct-horse' }
  const basic = (text: string) => `Authorization: Basic ${Buffer.from(text).toString('base64')}`

  test('pages ask for it, but for public ones', async () => {
    const { get, asked } = await startWithPages({ proxyAuth })
    expect(await get('/data')).toMatch(/^HTTP\/1.1 401 .*WWW-Authenticate: Basic realm="iam-auth-proxy"/s)
    expect(statusOf(await get('/nothing'))).toBe(401)
    expect(statusOf(await get('/data', [basic('me:wrong')]))).toBe(401)
    expect(statusOf(await get('/data', [basic('me:wrong'), basic('me:correct-horse')]))).toBe(401)
    expect(asked).toEqual([])
    expect(statusOf(await get('/public'))).toBe(200)
    expect(statusOf(await get('/data', [basic('me:correct-horse')]))).toBe(200)
  })

  test('another site cannot make the browser ask for it', async () => {
    const { get } = await startWithPages({ proxyAuth })
    expect(statusOf(await get('/data', CROSS_SITE))).toBe(403)
  })

  test('through the proxy itself its own password is enough', async () => {
    const { send, own } = await startWithPages({ proxyAuth })
    const get = (lines: readonly string[]) => send(message('GET', `http://${own}/data`, own, lines))
    expect(statusOf(await get([]))).toBe(407)
    expect(statusOf(await get([`Proxy-${basic('me:correct-horse')}`]))).toBe(200)
  })
})

test('pages work through the proxy too, and are never asked of ourselves over the network', async () => {
  const { send, own, port, asked } = await startWithPages()
  expect(statusOf(await send(message('GET', `http://${own}/data?a=1`, own, [])))).toBe(200)
  expect(asked[0]?.request.query.get('a')).toBe('1')
  expect(statusOf(await send(message('GET', `http://localhost:${port}/nothing`, `localhost:${port}`, [])))).toBe(404)
  expect(statusOf(await send(message('GET', `http://${own}/data`, own, CROSS_SITE)))).toBe(403)
  for (const url of [`http://127.0.0.2:${port}/`, `https://${own}/`]) {
    expect(statusOf(await send(message('GET', url, new URL(url).host, [])))).toBe(403)
  }
  expect(statusOf(await send(`CONNECT ${own} HTTP/1.1\r\nHost: ${own}\r\n\r\n`))).toBe(403)
})

test.each(['/%64ata', '/data/', '//data', '/./data', '/DATA', '/data%00', '/data;x'])(
  '%s is not /data',
  async (path) => {
    const { get } = await startWithPages()
    expect(statusOf(await get(path))).toBe(404)
  },
)

test('HEAD is GET without the body', async () => {
  const { send, own } = await startWithPages()
  expect(await send(message('HEAD', '/data', own, []))).toMatch(/^HTTP\/1.1 200 .*Content-Length: 14\r\n.*\r\n\r\n$/s)
})

test('a page that fails says so, and leaves a name in the log', async () => {
  const logged: unknown[] = []
  const note = (...line: unknown[]) => void logged.push(line)
  const route = {
    method: 'GET' as const,
    path: '/broken',
    answer: async () => {
      throw new RangeError('with a secret in it')
    },
  }
  const { get } = await startWithPages({ routes: [route], log: { debug: note, info: note, warn: note, error: note } })
  const answer = await get('/broken')
  expect(statusOf(answer)).toBe(500)
  expect(answer).not.toContain('secret')
  expect(logged).toEqual([[{ error: 'RangeError' }, 'an own page failed']])
})

test('every answer forbids storing, framing, sniffing and reading from elsewhere', async () => {
  const { get } = await startWithPages()
  for (const path of ['/data', '/nothing', '/act']) {
    const answer = await get(path)
    for (const line of [
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      'X-Frame-Options: DENY',
      'Cross-Origin-Resource-Policy: same-origin',
      'Cross-Origin-Opener-Policy: same-origin',
    ]) {
      expect(answer).toContain(`\r\n${line}\r\n`)
    }
    expect(answer).toMatch(/Content-Security-Policy: default-src 'none'; .*frame-ancestors 'none'/)
  }
})
