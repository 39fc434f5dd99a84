const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`

/** The request's method, and what a service may say to it. */
export const answers: readonly (readonly [method: string, bytes: string])[] = [
  ...statusLines(),
  ...headers(),
  ...lengths(),
  ...codings(),
  ...chunks(),
  ...trailers(),
  ...interim(),
  ...upgrades(),
  ...bodiless(),
  ...sizes(),
].map(([method, bytes]) => [method, bytes] as const)

function get(texts: readonly string[]): [string, string][] {
  return texts.map((text) => ['GET', text])
}

function statusLines() {
  const lines = [
    'HTTP/1.1 200 OK',
    'HTTP/1.1 200',
    'HTTP/1.1 200 ',
    'HTTP/1.1  200 OK',
    'HTTP/1.1 200  OK',
    'HTTP/1.1\t200 OK',
  ]
  const versions = ['1.0', '0.9', '2.0', '1.2', '3.0', '1.', '.1', '11', '1.10', '01.1', '1,1', ''].map(
    (v) => `HTTP/${v} 200 OK`,
  )
  const starts = [
    'http/1.1 200 OK',
    'HTTP 1.1 200 OK',
    ' HTTP/1.1 200 OK',
    '\tHTTP/1.1 200 OK',
    'HTTPS/1.1 200 OK',
    'ICY 200 OK',
    'RTSP/1.0 200 OK',
    '200 OK',
    '',
    'GET / HTTP/1.1',
    '<html>',
  ]
  const statuses = [
    '099',
    '000',
    '600',
    '999',
    '20',
    '2000',
    '2 0',
    '-20',
    '+20',
    '20a',
    'abc',
    '0x2',
    '２００',
    '',
  ].map((s) => `HTTP/1.1 ${s} OK`)
  const reasons = [
    '\x00',
    'O\x00K',
    'O\tK',
    'O\x7fK',
    'O\x0bK',
    'O\x80\xffK',
    'O\rK',
    'O\nK',
    'OK\r',
    'OK ',
    '\x1b[31m',
    ':',
  ].map((r) => `HTTP/1.1 200 ${r}`)
  const before = ['\r\n', '\r\n\r\n', '\n', '\r', '\n\n', '\r\r\n', ' \r\n'].map((b) => `${b}HTTP/1.1 200 OK`)
  return get(
    [...lines, ...versions, ...starts, ...statuses, ...reasons, ...before].map(
      (line) => `${line}\r\nContent-Length: 2\r\n\r\nok`,
    ),
  )
}

function headers() {
  const lines = [
    'a: b',
    'a:b',
    'a:',
    'a: ',
    'a:\t b \t ',
    'a: b c',
    'a:: b',
    ':',
    ': b',
    'a',
    'a b: c',
    'a : b',
    'a\t: b',
    ' a: b',
    '\ta: b',
    'a: b\r\n c',
    'a: b\r\n\tc',
    'a: b\r\n ',
    'a:\r\n b',
    'a: b\nc: d',
    'a: b\rc: d',
    'a: b\r',
    'a: \r\r\nb: c',
    'a: b\n',
    '\na: b',
    '\ra: b',
    'a\n: b',
    'a\r: b',
    'a\r\n: b',
    'a: \x00',
    'a: b\x00c',
    'a\x00: b',
    'a: \x01',
    'a: \x08',
    'a: \x0b',
    'a: \x0c',
    'a: \x1f',
    'a: \x7f',
    'a: \x80',
    'a: \xa0b\xa0',
    'a: \xff',
    'a: \x85b',
    '\xe9: b',
    'a\x7f: b',
    '"a": b',
    '(a): b',
    'a,b: c',
    'a/b: c',
    'a;b: c',
    'a=b: c',
    'a@b: c',
    '[a]: b',
    '{a}: b',
    "!#$%&'*+-.^_`|~09: b",
    'Content-Length : 2',
    'Content\u00adLength: 3',
    'Content_Length: 3',
    '\x0bContent-Length: 3',
    '__proto__: a',
    'constructor: a',
    'Set-Cookie: a\r\nSet-Cookie: b',
    'A: 1\r\na: 2\r\nA: 3',
    'Keep-Alive: timeout=5',
    'Content-Disposition: attachment; filename="\xe9"',
  ]
  const ends = [
    `${OK}Content-Length: 2\n\nok`,
    `${OK}Content-Length: 2\r\n\nok`,
    `${OK}Content-Length: 2\n\r\nok`,
    `${OK}Content-Length: 2\r\rok`,
    `${OK}Content-Length: 2\r\n\rok`,
    `${OK}Content-Length: 2\r\n\r\r\nok`,
    `HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok`,
    `HTTP/1.1 200 OK\rContent-Length: 2\r\n\r\nok`,
    OK,
    'HTTP/1.1 200',
    `${OK}a`,
    `${OK}a: b`,
    `${OK}a: b\r\n`,
    `${OK}a: b\r\n\r`,
    `${OK}\r\n`,
  ]
  return get([
    ...lines.flatMap((line) => [
      `${OK}${line}\r\nContent-Length: 2\r\n\r\nok`,
      `${OK}Content-Length: 2\r\n${line}\r\n\r\nok`,
    ]),
    ...ends,
  ])
}

function lengths() {
  const values = [
    '2',
    '0',
    '02',
    '002',
    '00000000000000002',
    '+2',
    '-2',
    '-0',
    '2.0',
    '2e0',
    '0x2',
    '2 ',
    '2\t',
    '\t2',
    ' 2',
    '2 2',
    '2,2',
    '2, 2',
    '2,3',
    '2;a',
    '',
    ' ',
    '٢',
    '2\x00',
    '2\x0b',
    '2\xa0',
    '9007199254740992',
    '18446744073709551615',
    '18446744073709551616',
    '36893488147419103234',
    '1e1',
    'abc',
    '1',
    '3',
    '2a',
    'a2',
  ]
  const one = values.map((value) => `${OK}Content-Length: ${value}\r\n\r\nok`)
  const two = [
    ['2', '2'],
    ['2', '3'],
    ['3', '2'],
    ['2', ''],
    ['', '2'],
    ['0', '2'],
  ].map(([a, b]) => `${OK}Content-Length: ${a}\r\ncontent-length: ${b}\r\n\r\nok`)
  return get([
    ...one,
    ...two,
    `${OK}\r\nall of it`,
    'HTTP/1.0 200 OK\r\n\r\nall of it',
    'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nall of it',
    'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok',
    `${OK}Content-Length: 2\r\n\r\nok${OK}Content-Length: 3\r\n\r\nbad`,
    `${OK}Content-Length: 2\r\n\r\nok\r\n`,
    `${OK}Connection: close\r\nContent-Length: 2\r\n\r\nok${OK}`,
  ])
}

function codings() {
  const body = '2\r\nok\r\n0\r\n\r\n'
  const values = [
    'chunked',
    'Chunked',
    'CHUNKED',
    ' chunked ',
    'chunked\t',
    '\tchunked',
    '"chunked"',
    'chunked;q=1',
    'chunked ; a=b',
    'chunked,',
    ',chunked',
    'chunked,,',
    ',,chunked',
    'chunked, chunked',
    'chunked,chunked',
    'gzip, chunked',
    'gzip,chunked',
    'gzip chunked',
    'chunked, gzip',
    'chunked, identity',
    'identity, chunked',
    'identity',
    'gzip',
    'xchunked',
    'chunkedx',
    'x-chunked',
    'chunke',
    'chunked\x00',
    '\x0bchunked',
    'chunked\x0b',
    '\xa0chunked',
    'chunked\xa0',
    'chun\tked',
    '',
    ' ',
    ',',
    'a,chunked',
    'a;b=chunked',
    'a;b=",chunked"',
    'a;b=", chunked',
    'a,b,c,chunked',
    'chunked chunked',
    'ſchunked',
    'chunKed',
  ]
  const one = values.map((value) => `${OK}Transfer-Encoding: ${value}\r\n\r\n${body}`)
  const two = [
    ['chunked', 'chunked'],
    ['gzip', 'chunked'],
    ['chunked', 'gzip'],
    ['identity', 'chunked'],
    ['chunked', 'identity'],
    ['chunked', ''],
    ['', 'chunked'],
    ['xchunked', 'chunked'],
    ['chunked', 'xchunked'],
  ].map(([a, b]) => `${OK}Transfer-Encoding: ${a}\r\ntransfer-encoding: ${b}\r\n\r\n${body}`)
  const beside = values.flatMap((value) => [
    `${OK}Transfer-Encoding: ${value}\r\nContent-Length: 2\r\n\r\n${body}`,
    `${OK}Content-Length: 2\r\nTransfer-Encoding: ${value}\r\n\r\n${body}`,
  ])
  return get([
    ...one,
    ...two,
    ...beside,
    `HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
    `HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
    `${OK}Transfer-Encoding : chunked\r\n\r\n${body}`,
    `${OK}Transfer-Encoding:\r\n chunked\r\n\r\n${body}`,
    `${OK}TE: chunked\r\nContent-Length: 2\r\n\r\nok`,
  ])
}

function chunks() {
  const sizes = [
    '2',
    '02',
    '0000000000002',
    '00000000000000000002',
    '2 ',
    ' 2',
    '2\t',
    '\t2',
    '+2',
    '-2',
    '0x2',
    '2h',
    'g',
    '',
    'x',
    '2;',
    '2; ',
    '2;a',
    '2;a=b',
    '2;a="b"',
    '2;a="b;c\\"d"',
    '2;a="b',
    '2;a=b"c"',
    '2;a="b"c',
    '2; a=b',
    '2 ;a=b',
    '2;a =b',
    '2;a= b',
    '2;a=b ',
    '2;a;b;c=d',
    '2;;a',
    '2;a;',
    '2;=b',
    '2;a=',
    '2;a=;b',
    '2;a==b',
    '2;a\x00',
    '2;a=\x01',
    '2;a="\x01"',
    '2;a="\x80"',
    '2;a=\x80',
    '2;a="\x7f"',
    '2;a="\t"',
    '2;a="\\\x01"',
    '2;a="\\',
    '2;\xe9',
    '2;a,b',
    '2;a\nb',
    '2;a\rb',
    '2\x00',
    '2\n',
    '2\r',
    '\r\n2',
    '8000000000000002',
    'fffffffffffffffe',
    '10000000000000002',
    '100000000000000000002',
  ]
  const whole = sizes.map((size) => `${CHUNKED}${size}\r\nok\r\n0\r\n\r\n`)
  const ends = [
    '2\nok\r\n0\r\n\r\n',
    // One character in the place of another: whoever skipped it would read a whole body.
    '2\r\nokX\n0\r\n\r\n',
    '2\rXok\r\n0\r\n\r\n',
    '\r\n\r\n',
    '2\rok\r\n0\r\n\r\n',
    '2\r\r\nok\r\n0\r\n\r\n',
    '2\r\nok\n0\r\n\r\n',
    '2\r\nok\r0\r\n\r\n',
    '2\r\nok0\r\n\r\n',
    '2\r\nokk\r\n0\r\n\r\n',
    '2\r\no\r\n0\r\n\r\n',
    '2\r\nok\r\n\r\n0\r\n\r\n',
    '2\r\nok\r\n 0\r\n\r\n',
    '2\r\nok\r\n0\n\n',
    '2\r\nok\r\n0\r\n\n',
    '2\r\nok\r\n0\n\r\n',
    '2\r\nok\r\n0\r\n',
    '2\r\nok\r\n0\r\n\r',
    '2\r\nok\r\n0',
    '2\r\nok\r\n',
    '2\r\nok',
    '2\r\n',
    '2',
    '',
    '2\r\nok\r\n000\r\n\r\n',
    '2\r\nok\r\n0;a=b\r\n\r\n',
    '2\r\nok\r\n0;a b\r\n\r\n',
    '1\r\no\r\n1\r\nk\r\n0\r\n\r\n',
    'A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n',
    '2\r\nok\r\n0\r\n\r\nmore',
    '2\r\nok\r\n0\r\n\r\n\r\n',
    '2\r\n\r\n\r\n0\r\n\r\n',
    '2\r\nok\r\n-0\r\n\r\n',
    '2\r\nok\r\n0 \r\n\r\n',
    '2\r\nok\r\n0\r\n\r\r\n',
  ]
  return get([...whole, ...ends.map((end) => `${CHUNKED}${end}`)])
}

function trailers() {
  const lines = [
    'a: b',
    'a:b\r\nc: d',
    'a:',
    'a',
    ':b',
    ' a: b',
    'a: b\r\n c',
    'a : b',
    'a: b\nc: d',
    'a: b\r',
    'a: b\rc',
    'a: \x00',
    'a: \x80',
    'a: \x01',
    'Content-Length: 2',
    'content-length: x',
    'Content-Length:',
    'Transfer-Encoding: chunked',
    'transfer-encoding: x',
    'Transfer-Encoding:',
    'Connection: close',
    'Upgrade: x',
    'Set-Cookie: a=b',
    'Trailer: x',
    'Host: a',
    `a: ${'b'.repeat(16_000)}`,
    `a: ${'b'.repeat(16_382)}`,
    `a: ${'b'.repeat(16_383)}`,
    `a: ${'b'.repeat(16_384)}`,
    `a: ${'b'.repeat(70_000)}`,
  ]
  return get([
    ...lines.map((line) => `${CHUNKED}2\r\nok\r\n0\r\n${line}\r\n\r\n`),
    `${CHUNKED}0\r\na: b\n\n`,
    `${CHUNKED}0\r\na: b\r\n`,
    `${CHUNKED}0\r\na: b\r\n\n`,
    `${CHUNKED}0\r\na: b\r\n\r`,
  ])
}

function interim() {
  const rest = `${OK}Content-Length: 2\r\n\r\nok`
  const heads = [
    '100 Continue',
    '102 Processing',
    '103 Early Hints',
    '199 x',
    '099 x',
    '000 x',
    '100',
    '104 x\r\na: b',
    '103 x\r\nContent-Length: 0',
    '103 x\r\nContent-Length: 2',
    '103 x\r\nTransfer-Encoding: chunked',
    '103 x\r\nConnection: close',
    '101 x',
    '100 x\r\nUpgrade: a\r\nConnection: upgrade',
  ]
  return get([
    ...heads.map((head) => `HTTP/1.1 ${head}\r\n\r\n${rest}`),
    `${'HTTP/1.1 103 x\r\na: b\r\n\r\n'.repeat(50)}${rest}`,
    'HTTP/1.1 100 x\r\n\r\n',
    `HTTP/1.0 100 x\r\n\r\n${rest}`,
    `HTTP/1.1 100 x\n\n${rest}`,
  ])
}

function upgrades() {
  const lines = [
    'Connection: Upgrade\r\nUpgrade: websocket',
    'Upgrade: websocket',
    'Connection: Upgrade',
    '',
    'Connection: keep-alive, upgrade\r\nUpgrade: websocket',
    'Connection: xupgrade\r\nUpgrade: websocket',
    'Connection: close\r\nUpgrade: websocket',
    'Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2',
    'Connection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked',
    'Connection: Upgrade\r\nUpgrade:',
    'Connection: keep-alive\r\nConnection: upgrade\r\nUpgrade: a\r\nUpgrade: b',
  ]
  return get([
    ...lines.map((line) => `HTTP/1.1 101 x\r\n${line === '' ? '' : `${line}\r\n`}\r\nrest`),
    `${OK}Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nok`,
    `HTTP/1.1 426 x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nok`,
  ])
}

function bodiless() {
  const lines = [
    '',
    'Content-Length: 0',
    'Content-Length: 2',
    'Transfer-Encoding: chunked',
    'Content-Length: x',
    'Content-Length: 2\r\nContent-Length: 2',
    'Content-Length: 2\r\nTransfer-Encoding: chunked',
  ]
  const text = (status: number, line: string, rest: string) =>
    `HTTP/1.1 ${status} x\r\n${line === '' ? '' : `${line}\r\n`}\r\n${rest}`
  return lines.flatMap((line) =>
    ['', 'ok', '2\r\nok\r\n0\r\n\r\n'].flatMap((rest): [string, string][] => [
      ['HEAD', text(200, line, rest)],
      ['HEAD', text(404, line, rest)],
      ['GET', text(204, line, rest)],
      ['GET', text(304, line, rest)],
      ['GET', text(205, line, rest)],
      ['POST', text(204, line, rest)],
    ]),
  )
}

function sizes() {
  const value = (length: number) => `${OK}a: ${'b'.repeat(length)}\r\nContent-Length: 2\r\n\r\nok`
  const reason = (length: number) => `HTTP/1.1 200 ${'b'.repeat(length)}\r\nContent-Length: 2\r\n\r\nok`
  const around = [16_000, 16_365, 16_366, 16_367, 16_368, 16_369, 16_383, 16_384, 20_000, 70_000]
  const many = (count: number) => `${OK}${'a:\r\n'.repeat(count)}Content-Length: 2\r\n\r\nok`
  const extension = (length: number) => `${CHUNKED}2;${'a'.repeat(length)}\r\nok\r\n0\r\n\r\n`
  return get([
    ...around.map(value),
    ...around.map(reason),
    ...[100, 1999, 2000, 5000].map(many),
    ...[16_000, 16_382, 16_383, 16_384, 16_385].map(extension),
    `${CHUNKED}${`1;${'a'.repeat(1000)}\r\nx\r\n`.repeat(40)}0\r\n\r\n`,
    `${CHUNKED}${'1\r\nx\r\n'.repeat(5000)}0\r\n\r\n`,
  ])
}
