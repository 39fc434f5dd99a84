import net from 'node:net'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { NOTHING, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { until } from '../support/until.js'
import {
  exchangeBytes,
  GOOD,
  READINGS,
  type Reading,
  readMessages,
  startWireService,
  type WireService,
} from './wire.js'

/**
 * A client, or a service, words a message so that the proxy and the other end disagree on where it ends: the rest is then
 * a message that nobody has checked.
 */

const forFile = thisFile()
let aws: LocalAws
let proxy: TestProxy

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  proxy = await startProxy(aws, forFile)
})
afterEach(() => expect(tally(aws)).toEqual(NOTHING))

type Words = (host: string) => string
type Row = readonly [what: string, words: Words]

const post =
  (lines: readonly string[], body = ''): Words =>
  (host) =>
    `POST http://${host}/meant HTTP/1.1\r\nHost: ${host}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`
const get =
  (lines: readonly string[] = [], path = '/meant'): Words =>
  (host) =>
    `GET http://${host}${path} HTTP/1.1\r\nHost: ${host}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`
/** Comes after whatever a row says: meant where the row is understood, never to be seen where it is not. */
const last: Words = (host) => get(['Connection: close'], '/last')(host)
const CHUNKED = 'Transfer-Encoding: chunked'
/** A body that is a request to whoever thinks that the body is over. */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
const LENGTH = `Content-Length: ${SMUGGLED.length}`
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
const END = '0\r\n\r\n'

/** What the service got, if everybody reads it alike; the request lines only, and the bodies. */
function seenBy({ connections }: WireService): [line: string, body: string][] {
  return connections.flatMap((bytes) => {
    const [strict, ...others] = READINGS.map((reading) => readMessages(bytes, reading).messages)
    const short = strict?.map(({ line, body }) => [line, body] as [string, string]) ?? []
    for (const other of others) expect(other.map(({ line, body }) => [line, body])).toEqual(short)
    return short
  })
}

async function say(words: Words, reading: Reading) {
  const service = await startWireService(thisTest, reading)
  const answer = await exchangeBytes(proxy.port, words(service.host) + last(service.host))
  return { answer, service, seen: seenBy(service) }
}

describe.each<Reading>(['strict', 'length', 'chunked', 'tidy'])('to a service whose reading is %s', (reading) => {
  test.each<Row>([
    ['a second Host', (host) => get([`Host: ${host}`])(host)],
    ['a second Host of another spelling', get(['hOsT: b.example'])],
    ['a Host that is not the target’s', (host) => `GET http://${host}/meant HTTP/1.1\r\nHost: b.example\r\n\r\n`],
    ['a Host with a list', (host) => `GET http://${host}/meant HTTP/1.1\r\nHost: ${host}, b.example\r\n\r\n`],
    ['a length before chunks', post([LENGTH, CHUNKED], END)],
    ['a length behind chunks', post([CHUNKED, LENGTH], END)],
    ['a length of 0 beside chunks', post([CHUNKED, 'Content-Length: 0'], chunk('a') + END)],
    ['xchunked beside a length', post(['Transfer-Encoding: xchunked', LENGTH], SMUGGLED)],
    ['xchunked', post(['Transfer-Encoding: xchunked'], chunk(SMUGGLED) + END)],
    ['chunked, identity', post(['Transfer-Encoding: chunked, identity'], chunk(SMUGGLED) + END)],
    ['identity, chunked', post(['Transfer-Encoding: identity, chunked'], chunk(SMUGGLED) + END)],
    ['identity beside a length', post(['Transfer-Encoding: identity', LENGTH], SMUGGLED)],
    ['chunked before a comma', post(['Transfer-Encoding: chunked,'], chunk(SMUGGLED) + END)],
    ['chunked behind a comma', post(['Transfer-Encoding: ,chunked'], chunk(SMUGGLED) + END)],
    ['"chunked"', post(['Transfer-Encoding: "chunked"'], chunk(SMUGGLED) + END)],
    ['chunked;q=1', post(['Transfer-Encoding: chunked;q=1'], chunk(SMUGGLED) + END)],
    ['chunked behind a vertical tab', post(['Transfer-Encoding: \x0bchunked'], chunk(SMUGGLED) + END)],
    ['chunked behind byte 255 beside a length', post(['Transfer-Encoding: \xffchunked', LENGTH], SMUGGLED)],
    ['chunked and a tab', post(['Transfer-Encoding: chunked\t'], chunk(SMUGGLED) + END)],
    ['a space before the colon', post(['Transfer-Encoding : chunked', LENGTH], SMUGGLED)],
    ['a tab before the colon', post(['Transfer-Encoding\t: chunked', LENGTH], SMUGGLED)],
    ['a NUL before the colon', post(['Transfer-Encoding\0: chunked', LENGTH], SMUGGLED)],
    ['two codings in two lines', post([CHUNKED, CHUNKED], chunk(SMUGGLED) + END)],
    ['two codings, one unknown', post(['Transfer-Encoding: x', CHUNKED], chunk(SMUGGLED) + END)],
    ['an empty coding', post(['Transfer-Encoding:', LENGTH], SMUGGLED)],
    ['a coding that is folded', post(['Transfer-Encoding:\r\n chunked', LENGTH], SMUGGLED)],
    ['a coding behind a bare carriage return', post([`X: x\r${CHUNKED}`, LENGTH], SMUGGLED)],
    ['a coding behind a bare line feed', post([`X: x\n${CHUNKED}`, LENGTH], SMUGGLED)],
    ['chunks in HTTP/1.0', (host) => post([CHUNKED], chunk('a') + END)(host).replace('HTTP/1.1', 'HTTP/1.0')],
    ['two equal lengths', post([LENGTH, LENGTH], SMUGGLED)],
    ['two lengths', post(['Content-Length: 0', LENGTH], SMUGGLED)],
    ['two lengths in a list', post(['Content-Length: 4, 4'], 'abcd')],
    ['a length of +4', post(['Content-Length: +4'], 'abcd')],
    ['a length of -4', post(['Content-Length: -4'], 'abcd')],
    ['a length of 0x4', post(['Content-Length: 0x4'], 'abcd')],
    ['a length of 1_0', post(['Content-Length: 1_0'], 'abcd')],
    ['a length of 4 and a half', post(['Content-Length: 4.5'], 'abcd')],
    ['a length of more than 64 bits', post(['Content-Length: 18446744073709551620'], 'abcd')],
    ['no length behind the colon', post(['Content-Length:'], 'abcd')],
    ['a folded line', post(['X: a\r\n b', LENGTH], SMUGGLED)],
    ['a space before the first field', (host) => get()(host).replace('Host', ' X: 1\r\nHost')],
    ['a NUL in a value', post(['X: a\0b', LENGTH], SMUGGLED)],
    ['a DEL in a value', post(['X: a\x7fb', LENGTH], SMUGGLED)],
    ['a field without a name', post([': x', LENGTH], SMUGGLED)],
    ['a field without a colon', post(['smuggled', LENGTH], SMUGGLED)],
    ['line feeds only', (host) => get()(host).replaceAll('\r', '')],
    ['a line feed at the end of the headers', (host) => get()(host).replace(/\r\n$/, '\n')],
    ['a carriage return behind the version', (host) => get()(host).replace('1.1\r\n', '1.1\rX\r\n')],
    ['HTTP/0.9', (host) => `GET http://${host}/meant\r\n\r\n`],
    ['HTTP/0.9, spelled out', (host) => get()(host).replace('HTTP/1.1', 'HTTP/0.9')],
    ['HTTP/1.2', (host) => get()(host).replace('HTTP/1.1', 'HTTP/1.2')],
    ['HTTP/2.0', (host) => get()(host).replace('HTTP/1.1', 'HTTP/2.0')],
    ['the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a tab in the path', (host) => get([], '/a\tb')(host)],
    ['a space in the path', (host) => get([], '/a HTTP/1.1\t')(host)],
    ['more than 16 KB of headers', post([`X: ${'x'.repeat(20_000)}`, LENGTH], SMUGGLED)],
    [
      'more than 16 KB of small headers',
      post([...Array.from({ length: 5000 }, (_, i) => `x${i}: 1`), LENGTH], SMUGGLED),
    ],
    ...[
      'Host',
      'Content-Length',
      'Cookie',
      'Authorization',
      'Origin',
      'Sec-Fetch-Site',
      'Iam-Auth-X',
      'X-Forwarded-For',
    ].map((name): Row => [`Connection: ${name}`, post([`Connection: close, ${name}`, LENGTH], SMUGGLED)]),
  ])('%s: the request is refused, its connection ends, and nothing arrives', async (_, words) => {
    const { answer, service, seen } = await say(words, reading)
    expect(answer).toMatch(/^HTTP\/1.1 (?:400|431|501|505) /)
    expect(answer.match(/^HTTP\/1.1 /gm)).toHaveLength(1)
    expect(seen).toEqual([])
    expect(service.connections.join('')).toBe('')
  })

  test.each<Row>([
    ['a chunk size of 17 digits', post([CHUNKED], `${chunk('a')}fffffffffffffffff\r\n${SMUGGLED}`)],
    ['a chunk size of 0x1', post([CHUNKED], `0x1\r\na\r\n${END}`)],
    ['a negative chunk size', post([CHUNKED], `${chunk('a')}-1\r\n${END}`)],
    ['a space behind a chunk size', post([CHUNKED], `1 \r\na\r\n${END}`)],
    ['a line feed behind a chunk size', post([CHUNKED], `1\na\r\n${END}`)],
    ['a line feed in a chunk extension', post([CHUNKED], `1;x\n${SMUGGLED}`)],
    ['more than 16 KB of chunk extensions', post([CHUNKED], `1;${'x'.repeat(20_000)}\r\na\r\n${END}`)],
    ['a chunk longer than its size', post([CHUNKED], `1\r\nab\r\n${END}`)],
    ['no size at all', post([CHUNKED], `\r\n${END}`)],
    ['a length in the trailers', post([CHUNKED], `${chunk('a')}0\r\nContent-Length: 4\r\n\r\n`)],
    ['a coding in the trailers', post([CHUNKED], `${chunk('a')}0\r\nTransfer-Encoding: chunked\r\n\r\n`)],
    ['a fold in the trailers', post([CHUNKED], `${chunk('a')}0\r\nX: a\r\n b\r\n\r\n`)],
    ['a NUL in the trailers', post([CHUNKED], `${chunk('a')}0\r\nX: a\0b\r\n\r\n`)],
    ['a Connection: close in the trailers', post([CHUNKED], `${chunk('a')}0\r\nConnection: close\r\n\r\n`)],
    ['a request in the place of the trailers', post([CHUNKED], `${chunk('a')}0\r\n`)],
    ['more than 16 KB of trailers', post([CHUNKED], `${chunk('a')}0\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)],
  ])('%s: what has begun never becomes a whole message', async (_, words) => {
    const { answer, seen } = await say(words, reading)
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d /)
    expect(answer.match(/^HTTP\/1.1 /gm)).toHaveLength(1)
    expect(seen).toEqual([])
  })

  const MEANT = 'POST /meant HTTP/1.1'
  test.each<readonly [...Row, line: string, body: string]>([
    ['chunked behind a tab', post(['Transfer-Encoding:\tchunked'], chunk(SMUGGLED) + END), MEANT, SMUGGLED],
    ['chunked behind spaces', post(['Transfer-Encoding:   chunked'], chunk(SMUGGLED) + END), MEANT, SMUGGLED],
    ['CHUNKED', post(['TRANSFER-ENCODING: CHUNKED'], chunk(SMUGGLED) + END), MEANT, SMUGGLED],
    ['a length with zeros', post([`Content-Length: 0${SMUGGLED.length}`], SMUGGLED), MEANT, SMUGGLED],
    ['a length of zeros', post(['Content-Length: 0000']), MEANT, ''],
    [
      'a GET with a body',
      (host) => post([LENGTH], SMUGGLED)(host).replace('POST', 'GET'),
      'GET /meant HTTP/1.1',
      SMUGGLED,
    ],
    [
      'a GET with chunks',
      (host) => post([CHUNKED], chunk(SMUGGLED) + END)(host).replace('POST', 'GET'),
      'GET /meant HTTP/1.1',
      SMUGGLED,
    ],
    ['chunk extensions', post([CHUNKED], `2;a=b\r\nok\r\n0;c="d\\"e"\r\n\r\n`), MEANT, 'ok'],
    ['a last chunk of many zeros', post([CHUNKED], `${chunk('ok')}0000\r\n\r\n`), MEANT, 'ok'],
    ['an upgrade with a body', post(['Connection: Upgrade', 'Upgrade: websocket', LENGTH], SMUGGLED), MEANT, SMUGGLED],
    [
      'an upgrade to HTTP/2',
      post(['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: x', LENGTH], SMUGGLED),
      MEANT,
      SMUGGLED,
    ],
    [
      'two spaces in the request line',
      (host) => post([LENGTH], SMUGGLED)(host).replace('POST ', 'POST  '),
      MEANT,
      SMUGGLED,
    ],
    ['lines before the request', (host) => `\r\n\r\n${post([LENGTH], SMUGGLED)(host)}`, MEANT, SMUGGLED],
    [
      'Connection: Transfer-Encoding',
      post(['Connection: Transfer-Encoding', CHUNKED], chunk(SMUGGLED) + END),
      MEANT,
      SMUGGLED,
    ],
    [
      'trailers that would frame, route or identify',
      post([CHUNKED, 'Trailer: X-Sum, Host'], `${chunk('ok')}0\r\n${LATE.join('\r\n')}\r\nX-Sum: 1\r\n\r\n`),
      MEANT,
      'okX-Sum: 1\r\n',
    ],
  ])('%s: arrives as one message, and the next one as another', async (_, words, line, body) => {
    const { answer, seen } = await say(words, reading)
    expect(seen).toEqual([
      [line, body],
      ['GET /last HTTP/1.1', ''],
    ])
    expect(readMessages(answer, 'strict').messages.map((message) => message.body)).toEqual(['good', 'good'])
  })

  test('ten pipelined requests arrive as ten, answered in order', async () => {
    const ten = Array.from({ length: 10 }, (_, index) => index)
    const service = await startWireService(thisTest, reading, (line) => GOOD.replace('good', line.slice(5, 9)))
    const words = ten.map((index) => get([], `/no.${index}`)(service.host)).join('')
    const answer = await exchangeBytes(proxy.port, words + last(service.host))
    expect(seenBy(service).map(([line]) => line)).toEqual(
      expect.arrayContaining(ten.map((i) => `GET /no.${i} HTTP/1.1`)),
    )
    const bodies = readMessages(answer, 'strict').messages.map(({ body }) => body)
    expect(bodies).toEqual([...ten.map((index) => `no.${index}`), 'last'])
  })
})

describe('from a service', () => {
  /** The first request of a client gets the bytes of the row, the second one a good answer. */
  async function hear(bytes: string, firstLine = 'GET /meant') {
    const service = await startWireService(thisTest, 'strict', (line) => (line.includes('/meant') ? bytes : GOOD))
    const words = get()(service.host).replace('GET /meant', firstLine)
    const client = await exchangeBytes(
      proxy.port,
      words.replace(/^GET/, firstLine.split(' ')[0] ?? '') + last(service.host),
    )
    const [strict, ...others] = READINGS.map((reading) => readMessages(client, reading).messages)
    for (const other of others) expect(other.map(({ body }) => body)).toEqual(strict?.map(({ body }) => body))
    return { client, messages: strict ?? [], service }
  }

  test.each<[what: string, bytes: string]>([
    ['a length and chunks', `HTTP/1.1 200 OK\r\n${LENGTH}\r\n${CHUNKED}\r\n\r\n${END}${GOOD}`],
    ['chunks and a length', `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n${LENGTH}\r\n\r\n${END}${GOOD}`],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['two equal lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab'],
    ['a list of lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nab'],
    ['a length of +2', 'HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab'],
    ['a length of 0x2', 'HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nab'],
    ['no length behind the colon', 'HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nab'],
    ['xchunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
    ['x-chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: x-chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
    ['"chunked"', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: "chunked"\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
    ['chunked behind a comma', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: ,chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
    ['chunked behind a vertical tab', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n'],
    ['chunked twice', `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n${CHUNKED}\r\n\r\n0\r\n\r\n`],
    ['chunked, identity', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
    ['a folded line', 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok'],
    ['a bare line feed', 'HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: b=1\r\nContent-Length: 2\r\n\r\nok'],
    ['a bare carriage return', 'HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b=1\r\nContent-Length: 2\r\n\r\nok'],
    ['a NUL', 'HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok'],
    ['a DEL', 'HTTP/1.1 200 OK\r\nX: a\x7fb\r\nContent-Length: 2\r\n\r\nok'],
    ['line feeds only', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
    ['a control character in the reason', 'HTTP/1.1 200 O\x01K\r\nContent-Length: 2\r\n\r\nok'],
    ['the status 20', 'HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok'],
    ['the status 2000', 'HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok'],
    ['the status 000', 'HTTP/1.1 000 OK\r\nContent-Length: 2\r\n\r\nok'],
    ['no status', 'HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\nok'],
    ['an uninvited 101', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
    ['headers of more than 16 KB', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(20_000)}\r\n`],
    ['headers of more than 16 KB before the answer', `HTTP/1.1 103 Early\r\n${'a: b\r\n'.repeat(20_000)}\r\n${GOOD}`],
    ['an interim answer in chunks', `HTTP/1.1 103 Early\r\n${CHUNKED}\r\nContent-Length: 5\r\n\r\n${GOOD}`],
  ])('%s: a 502 in its place, and the next answer is the next request’s', async (_, bytes) => {
    const { client, messages } = await hear(bytes)
    expect(client).toMatch(/^HTTP\/1.1 502 /)
    expect(messages.map(({ line }) => line)).toEqual(['HTTP/1.1 502 Bad Gateway', 'HTTP/1.1 200 OK'])
    expect(messages.at(-1)?.body).toBe('good')
    expect(client).not.toContain('Set-Cookie')
  })

  const EVIL = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'
  test.each<[what: string, firstLine: string, bytes: string, body: string]>([
    ['a second answer behind a length', 'GET /meant', `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok${EVIL}`, 'ok'],
    ['a second answer behind zeros', 'GET /meant', `HTTP/1.1 200 OK\r\nContent-Length: 0002\r\n\r\nok${EVIL}`, 'ok'],
    [
      'a second answer behind chunks',
      'GET /meant',
      `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n${chunk('ok')}${END}${EVIL}`,
      'ok',
    ],
    [
      'a body in chunks of HTTP/1.0',
      'GET /meant',
      `HTTP/1.0 200 OK\r\n${CHUNKED}\r\n\r\n${chunk('ok')}${END}${EVIL}`,
      'ok',
    ],
    [
      'a 204 that announces a body',
      'GET /meant',
      `HTTP/1.1 204 No\r\nContent-Length: ${EVIL.length}\r\n\r\n${EVIL}`,
      '',
    ],
    ['a 204 in chunks', 'GET /meant', `HTTP/1.1 204 No\r\n${CHUNKED}\r\n\r\n${chunk(EVIL)}${END}`, ''],
    ['a 304 with a body', 'GET /meant', `HTTP/1.1 304 No\r\nETag: "x"\r\n\r\n${EVIL}`, ''],
    ['a 304 in chunks', 'GET /meant', `HTTP/1.1 304 No\r\n${CHUNKED}\r\n\r\n${chunk(EVIL)}${END}`, ''],
    [
      'trailers that would set cookies or frame',
      'GET /meant',
      `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n${chunk('ok')}0\r\n${LATE.join('\r\n')}\r\nX-Sum: 1\r\n\r\n`,
      'okX-Sum: 1\r\n',
    ],
    [
      'a Trailer field beside a length',
      'GET /meant',
      'HTTP/1.1 200 OK\r\nTrailer: Content-Length\r\nContent-Length: 2\r\n\r\nok',
      'ok',
    ],
  ])(
    '%s: only what was asked for arrives, and the next answer is the next request’s',
    async (_, firstLine, bytes, body) => {
      const { messages, client } = await hear(bytes, firstLine)
      expect(messages.map((message) => message.body)).toEqual([body, 'good'])
      expect(client).not.toContain('evil')
    },
  )

  test.each<[what: string, bytes: string]>([
    ['a chunk size that is none', `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n${chunk('ok')}zz\r\n${END}${EVIL}`],
    ['a line feed in a chunk extension', `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n2;a\nb\r\nok\r\n${END}${EVIL}`],
    ['a NUL in the trailers', `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n${chunk('ok')}0\r\nX: a\0b\r\n\r\n${EVIL}`],
    [
      'trailers of more than 16 KB',
      `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n${chunk('ok')}0\r\n${'a: b\r\n'.repeat(20_000)}\r\n`,
    ],
  ])('%s: the answer is cut off, so that nobody takes it for whole', async (_, bytes) => {
    const { messages, client } = await hear(bytes)
    expect(messages).toEqual([])
    expect(client).not.toContain('evil')
  })

  test('to HEAD with a body: the body is nobody’s answer', async () => {
    const bytes = `HTTP/1.1 200 OK\r\nContent-Length: ${EVIL.length}\r\n\r\n${EVIL}`
    const service = await startWireService(thisTest, 'strict', (line) => (line.includes('/meant') ? bytes : GOOD))
    const words = get()(service.host).replace('GET', 'HEAD')
    const client = await exchangeBytes(proxy.port, words + last(service.host))
    expect(client.split('\r\n\r\n').at(-1)).toBe('good')
    expect(client).not.toContain('evil')
  })

  test('on an idle connection: it is closed, so that no later request gets that for an answer', async () => {
    let speak: ((bytes: string) => void) | undefined
    const service = await startWireService(thisTest, 'strict', undefined, (write) => (speak ??= write))
    await exchangeBytes(proxy.port, get(['Connection: close'], '/first')(service.host))
    speak?.('HTTP/1.1 200 OK\r\nContent-Length: 40\r\n')
    await service.closed(1)
    const client = await exchangeBytes(proxy.port, last(service.host))
    expect(readMessages(client, 'strict').messages.map(({ body }) => body)).toEqual(['good'])
    expect(service.connections).toHaveLength(2)
  })
})

describe('a request that is cut off', () => {
  test.each<Row>([
    ['in its length', post([LENGTH], SMUGGLED.slice(0, 20))],
    ['in its chunks', post([CHUNKED], chunk(SMUGGLED))],
    ['before its last chunk is over', post([CHUNKED], `${chunk(SMUGGLED)}0\r\n`)],
  ])('%s never becomes a whole one, and its connection carries no other', async (_, words) => {
    const service = await startWireService(thisTest, 'strict')
    const socket = net.connect(proxy.port, '127.0.0.1')
    socket.on('error', () => {}).write(words(service.host))
    await until('the request has arrived', () => service.connections[0] !== undefined && service.connections[0] !== '')
    socket.resetAndDestroy()
    await service.closed(1)
    await exchangeBytes(proxy.port, last(service.host))
    expect(service.connections.map((bytes) => readMessages(bytes, 'strict').messages.map(({ line }) => line))).toEqual([
      [],
      ['GET /last HTTP/1.1'],
    ])
  })

  test('by an answer that comes too early: the rest of its body is nobody’s request', async () => {
    const early = 'HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n'
    let speak: ((bytes: string) => void) | undefined
    const service = await startWireService(thisTest, 'strict', undefined, (write) => (speak ??= write))
    const socket = net.connect(proxy.port, '127.0.0.1')
    let answer = ''
    socket.on('error', () => {}).on('data', (bytes) => (answer += bytes))
    socket.write(post(['Content-Length: 1000'])(service.host))
    await until('the request has arrived', () => service.connections[0]?.endsWith('\r\n\r\n'))
    speak?.(early)
    await until('the early answer', () => /^HTTP\/1.1 413 .*\r\n\r\n$/s.test(answer))
    socket.write(SMUGGLED.padEnd(1000) + last(service.host))
    await until('the end', () => socket.readableEnded)
    expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toMatch(/^(?:HTTP\/1.1 200 .*good)?$/s)
    expect(
      service.connections.flatMap((bytes) => readMessages(bytes, 'strict').messages.map(({ line }) => line)),
    ).not.toContain('GET /smuggled HTTP/1.1')
    socket.destroy()
  })
})

const LATE = [
  ...['Host: evil.example', 'Cookie: a=1', 'Authorization: x', 'X-Forwarded-For: 10.0.0.1', 'Iam-Auth-Challenge: x'],
  ...['Connection: X-Sum', 'Keep-Alive: 1', 'Proxy-Authorization: x', 'Proxy-Connection: x', 'TE: gzip', 'Trailer: y'],
  ...['Upgrade: websocket', 'Via: 1.1 x', 'Max-Forwards: 0', 'Set-Cookie: a=1', 'Content-Type: text/html', 'Expect: x'],
]
