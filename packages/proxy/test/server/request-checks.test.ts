import { describe, expect, it } from 'vitest'
import { requireForwardable, requireNoLoop } from '../../src/server/request-checks.js'
import { sortRequestHeaders } from '../../src/server/request-headers.js'
import { parseTarget } from '../../src/server/target.js'

/**
 * The checks by themselves. Node's parser refuses some of these before us, and another version of it may not: what it lets
 * through is in refusals.test.ts.
 */
const check = (fields: readonly string[], httpVersion = '1.1', host = ['Host', 'a.example']) => {
  requireForwardable(sortRequestHeaders([...host, ...fields]), parseTarget('http://a.example/'), httpVersion)
}

describe('a request that is forwarded', () => {
  it.each<[what: string, fields: string[], httpVersion?: string, host?: string[]]>([
    ['without a body', []],
    ['chunked', ['Transfer-Encoding', 'chunked']],
    ['chunked, in another case', ['Transfer-Encoding', 'Chunked ']],
    ['with a length', ['Content-Length', '3']],
    ['of HTTP/1.0 without Host', [], '1.0', []],
    ['with a Host of the same origin', [], '1.1', ['Host', 'A.example:80']],
  ])('%s', (_, fields, httpVersion, host) => {
    expect(() => check(fields, httpVersion, host)).not.toThrow()
  })
})

describe('a request that is refused', () => {
  it.each<[what: string, status: number, fields: string[], httpVersion?: string, host?: string[]]>([
    ['with two framings', 400, ['Transfer-Encoding', 'chunked', 'Content-Length', '3']],
    ['with a framing of HTTP/1.0', 400, ['Transfer-Encoding', 'chunked'], '1.0'],
    ['with an empty Transfer-Encoding', 400, ['Transfer-Encoding', ' ']],
    ['that does not end in chunked', 400, ['Transfer-Encoding', 'chunked, gzip']],
    ['in no coding', 400, ['Transfer-Encoding', 'identity']],
    ['in two codings', 501, ['Transfer-Encoding', 'gzip', 'Transfer-Encoding', 'chunked']],
    ['of HTTP/2', 505, [], '2.0'],
    ['of HTTP/0.9', 505, [], '0.9', []],
    ['with two Hosts', 400, ['Host', 'a.example']],
    ['without Host', 400, [], '1.1', []],
    ['for another Host', 400, [], '1.1', ['Host', 'b.example']],
    ['for another port', 400, [], '1.1', ['Host', 'a.example:8080']],
    ['with an empty Host', 400, [], '1.1', ['Host', '']],
    ['whose Connection names a field that it must not', 400, ['Connection', 'close, Authorization']],
  ])('%s: %i', (_, status, fields, httpVersion, host) => {
    expect(() => check(fields, httpVersion, host)).toThrow(expect.objectContaining({ status }))
  })

  it('that has been here before: 508', () => {
    const headers = sortRequestHeaders(['Via', '1.1 other, 1.1 us'])
    expect(() => requireNoLoop(headers, 'us')).toThrow(expect.objectContaining({ status: 508 }))
    expect(() => requireNoLoop(headers, 'them')).not.toThrow()
  })
})
