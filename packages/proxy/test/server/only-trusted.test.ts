import { describe, expect, test } from 'vitest'
import { parseTrustEntry } from '../../src/trust/entry.js'
import { createTrustList } from '../../src/trust/list.js'
import { flagSource, mergeTrust } from '../../src/trust/merge.js'
import { noLog, requestBytes, sendRaw, startOrigin, startProxy } from './rig.js'

const trusting = (...texts: string[]) => createTrustList(mergeTrust([flagSource(texts.map(parseTrustEntry))]).inForce)

async function setUp(trusted: (url: string) => string[]) {
  const seen: string[] = []
  const origin = await startOrigin((request, response) => {
    seen.push(`${request.method} ${request.headers.host}${request.url}`)
    response.end('here')
  })
  const lines: string[] = []
  const log = { ...noLog, info: (fields: object, message: string) => void lines.push(message + JSON.stringify(fields)) }
  const proxy = await startProxy({ onlyTrusted: trusting(...trusted(origin.url)), log })
  return { origin, seen, lines, proxy }
}

const connect = (authority: string) => `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`

describe('a strict proxy', () => {
  test('forwards requests and tunnels to what is trusted', async () => {
    const { origin, seen, proxy } = await setUp((url) => [url])
    expect(await sendRaw(proxy.port, requestBytes(`${origin.url}/a`, ['Connection: close']))).toContain('here')
    expect(await sendRaw(proxy.port, connect(origin.host), /\r\n\r\n/)).toMatch(/^HTTP\/1\.1 200 /)
    expect(seen).toEqual([`GET ${origin.host}/a`])
  })

  test.each(['GET', 'POST', 'OPTIONS', 'TRACE'])(
    'refuses %s elsewhere with the command that trusts it',
    async (method) => {
      const { origin, seen, lines, proxy } = await setUp(() => ['http://other.example.com'])
      const lines1 = ['Connection: close', ...(method === 'POST' ? ['Content-Length: 0'] : [])]
      const answer = await sendRaw(proxy.port, requestBytes(`${origin.url}/a`, lines1, method))
      expect(answer).toMatch(/^HTTP\/1\.1 403 /)
      expect(answer).toContain(`iam-auth-proxy trust add ${origin.url}`)
      expect(answer).toContain('error=http_request_denied')
      expect(seen).toEqual([])
      expect(lines).toEqual([`not forwarded: not trusted{"origin":"${origin.url}"}`])
    },
  )

  test('refuses a WebSocket elsewhere', async () => {
    const { origin, seen, proxy } = await setUp(() => [])
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket']
    expect(await sendRaw(proxy.port, requestBytes(`${origin.url}/socket`, upgrade))).toMatch(/^HTTP\/1\.1 403 /)
    expect(seen).toEqual([])
  })

  test.each([
    ['service.example.com:443', 'https://service.example.com'],
    ['service.example.com:80', 'http://service.example.com'],
    ['service.example.com:8443', 'https://service.example.com:8443'],
    ['[2001:db8::1]:443', "'https://[2001:db8::1]'"],
    ['a;$x.evil.com:443', "'https://a;$x.evil.com'"],
  ])('refuses CONNECT %s, without looking its name up', async (authority, shown) => {
    const { lines, proxy } = await setUp(() => ['https://other.example.com'])
    const answer = await sendRaw(proxy.port, connect(authority))
    expect(answer).toMatch(/^HTTP\/1\.1 403 /)
    expect(answer).toContain(`iam-auth-proxy trust add ${shown}\n`)
    expect(lines).toEqual([expect.stringContaining('not forwarded: not trusted')])
  })

  test('looks at scheme and port, and below a suffix at whole labels', async () => {
    const { proxy } = await setUp(() => ['https://*.corp.example.com,key-account=123456789012'])
    for (const url of [
      'http://wiki.corp.example.com/',
      'http://evilcorp.example.com/',
      'http://corp.example.com/',
      'https://wiki.corp.example.com:8443/',
    ]) {
      expect(await sendRaw(proxy.port, requestBytes(url, ['Connection: close'])), url).toMatch(/^HTTP\/1\.1 403 /)
    }
    for (const authority of ['evilcorp.example.com:443', 'corp.example.com:443', 'wiki.corp.example.com:80']) {
      expect(await sendRaw(proxy.port, connect(authority)), authority).toMatch(/^HTTP\/1\.1 403 /)
    }
  })

  test('does not reach this machine by a suffix', async () => {
    const seen: string[] = []
    const origin = await startOrigin((request, response) => {
      seen.push(request.url ?? '')
      response.end()
    })
    const url = `http://wiki.corp.localhost:${origin.port}`
    const list = trusting(`http://*.corp.localhost:${origin.port},key-account=123456789012`)
    const proxy = await startProxy({ allowLoopback: false, isTrusted: list.namesAuthority, onlyTrusted: list })
    const answer = await sendRaw(proxy.port, requestBytes(`${url}/`, ['Connection: close']))
    expect(answer).toMatch(/^HTTP\/1\.1 403 /)
    expect(answer).toMatch(/ is at (?:127\.0\.0\.1|::1), a loopback address\. If you mean it: /)
    expect(answer).toContain(`If you mean it: iam-auth-proxy trust add ${url}`)
    expect(seen).toEqual([])
  })
})
