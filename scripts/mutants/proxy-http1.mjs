const src = (name) => `packages/proxy/src/upstream/http1/${name}.ts`
const AS_NODE = 'packages/proxy/test/upstream/http1/as-node-reads.test.ts'
const MISBEHAVIOUR = 'packages/proxy/test/upstream/http1/misbehaviour.test.ts'
const REUSE = 'packages/proxy/test/upstream/http1/reuse.test.ts'

const READS = 'packages/proxy/test/upstream/http1/reads.test.ts'
const LONG_BODIES = 'packages/proxy/test/server/long-bodies.test.ts'
const LONG_UPLOADS = 'packages/proxy/test/server/long-uploads.test.ts'

export const proxyHttp1 = [
  [
    'packages/proxy/src/server/pour-upload.ts',
    [LONG_UPLOADS],
    [
      ['poured twice', ' || clientReads.isDiverted) return', ') return'],
      ['what comes behind an upload is lost', 'if (rest.length > 0) ahead', 'if (false) ahead'],
      ['bytes of the next request are the upload', 'bytes.subarray(0, body.left)', 'bytes.subarray(0)'],
      ['listeners that stay', "    client.removeListener('close', stop)\n", ''],
      ['the next request before the answer', 'if (!isAnswered || !connection', 'if (!connection'],
    ],
  ],
  [
    'packages/proxy/src/server/client-reads.ts',
    [LONG_UPLOADS, 'packages/proxy/test/server/client-reads.test.ts'],
    [
      ['a parser that goes on reading', "socket.on('data', ignore).removeListener('data', ignore)", ''],
      ['two parsers', 'for (const listener of listeners) socket.removeListener(event, listener)', ';'],
      [
        "a buffer that is everybody's given to a sink",
        'if (this.#sink && buffer !== SHARED_BUFFER)',
        'if (this.#sink)',
      ],
    ],
  ],
  [
    'packages/proxy/src/server/client-error.ts',
    [LONG_UPLOADS],
    [['a client that is done sending', 'if (refusal && isPastParser) return', '']],
  ],
  [
    src('reads'),
    [READS, LONG_BODIES],
    [
      ['a paused connection that never goes on', 'if (this.#pour === pour) this.#socket?.resume()', ''],
      ['what comes behind a body, poured as well', 'if (size < this.#body.bytesLeft) {', 'if (true) {'],
      [
        'a read that the next one goes over',
        '    buffer.copy(bytes, 0, 0, size)\n    return bytes',
        '    return buffer.subarray(0, size)',
      ],
      ['a buffer that is given away and kept', '    this.#buffer = undefined\n', ''],
      [
        'a buffer whose bytes still wait, for other reads',
        'if (this.#buffer && busy.has(this.#buffer)) ',
        'if (false) ',
      ],
      ['a body without an end of its own', ' || body.endsWithConnection) return', ') return'],
      ['a connection that is no read sink', 'if (!this.isAttached || ', 'if ('],
      ['large buffers that never come back', 'this.#large?.giveBack(busy)', ''],
    ],
  ],
  [
    'packages/proxy/src/upstream/pour.ts',
    [READS, LONG_BODIES],
    [
      ['a buffer that is read over while its bytes wait', 'this.busy.add(buffer)\n', ''],
      ['buffers that wait for ever', 'this.busy.clear()', ''],
      ['buffers that are free while bytes wait', ' || this.#to.writableLength > 0) return', ') return'],
    ],
  ],
  [
    'packages/proxy/src/upstream/large-buffers.ts',
    [READS],
    [
      ['no bound', 'if (users >= MAX_USERS) return undefined', ''],
      ['a buffer that waits, for somebody else', '!busy.has(buffer) && kept.length', 'kept.length'],
    ],
  ],
  [
    src('fields'),
    [AS_NODE],
    [
      ['two lengths', 'if (this.contentLength !== undefined)', 'if (false)'],
      ['a length that is no number', 'if (!DIGITS.test(value)) throw', 'if (false) throw'],
      [
        'a length beside chunks',
        'if (section.contentLength !== undefined && section.transferEncoding !== undefined) {',
        'if (false) {',
      ],
      ['a name that is no token', 'if (!TOKEN.test(name)) throw', 'if (false) throw'],
      ['control characters and bare line ends', 'if (MALFORMED.test(text)) throw', 'if (false) throw'],
      ['a tab in the framing', "if (text.includes('\\t') && ", 'if (false && '],
      ['an empty coding', "if (value === '') throw", 'if (false) throw'],
      ['16 KiB of fields', 'if (this.#bytes >= FIELDS_LIMIT_BYTES) throw', 'if (false) throw'],
    ],
  ],
  [
    src('response-head'),
    [REUSE, AS_NODE],
    [
      ['a status below 100', 'if (statusCode < 100) throw', 'if (false) throw'],
      ['a 1xx with a body', 'if (statusCode < 200 && hasBody(fields)) throw', 'if (false) throw'],
      ['other versions', '/^HTTP\\/(1\\.[01]) (\\d{3})', '/^HTTP\\/(\\d\\.\\d) (\\d{3})'],
      ['another protocol', 'return PREFIX.startsWith(start) || ', 'return true || '],
    ],
  ],
  [
    src('head-reader'),
    [MISBEHAVIOUR],
    [
      ['bare line feeds, up to the end of the head', 'if (bytes[at - 1] !== CR) throw', 'if (false) throw'],
      ['a head without end', 'if (bytes.length > HEAD_LIMIT_BYTES) throw', 'if (false) throw'],
    ],
  ],
  [
    src('request'),
    [MISBEHAVIOUR],
    [
      ['a body longer than its length', 'if (this.#owedBytes < 0 && !this.#isChunked) {', 'if (false) {'],
      ['trailers of any form', 'if (isField(name, value)) ', 'if (true) '],
      ['errors after the end', '    if (this.closed) return\n', ''],
    ],
  ],
  [
    src('chunked-body'),
    [AS_NODE],
    [
      ['extensions of any form', 'require(EXTENSIONS.test(this.#extensions),', 'require(true,'],
      ['framing in trailers', 'require(!isFramed,', 'require(true,'],
      ['a size that overflows', 'require(this.#digits <= MAX_SIZE_DIGITS,', 'require(true,'],
      ['no size', 'require(this.#digits > 0,', 'require(true,'],
      ['a bare line feed after a size', "require(byte === LF, 'HPE_LF_EXPECTED'", "require(true, 'HPE_LF_EXPECTED'"],
      [
        'a chunk longer than it says',
        "require(byte === CR, 'HPE_STRICT', 'Expected CR",
        "require(true, 'HPE_STRICT', 'Expected CR",
      ],
    ],
  ],
  [
    src('persistence'),
    [REUSE, AS_NODE, MISBEHAVIOUR],
    [
      ['a 204 with a body', 'if (statusCode === 204 && hasBody(head)) return false', ''],
      ['chunks in HTTP/1.0', '    if (transferEncoding !== undefined) return false\n', ''],
      ['HEAD that is answered without a length', ' && !(isHead && isUnframed)', ''],
    ],
  ],
  [
    src('connection'),
    [REUSE, AS_NODE, MISBEHAVIOUR, 'packages/proxy/test/server/aborts.test.ts'],
    [
      ['a 101 that does not say so', 'if (!saysUpgrade(head) || ', 'if ('],
      ['what follows a 1xx that ends the connection', 'if (!isPersistent(head)) throw', 'if (false) throw'],
      ['a body that is not whole', '(request?.isWhole && request.writableFinished)', 'request?.writableFinished'],
      [
        'an answer that ends early',
        'else this.#fail(hangUp())\n    this.socket',
        'else this.#answer?.finish([])\n    this.socket',
      ],
      [
        'what an idle connection brings',
        '      this.socket.destroy()\n      return\n    }\n    try',
        '      return\n    }\n    try',
      ],
      ['bytes after the end of an answer', 'isSent && !hasMore && ', 'isSent && '],
      ['a connection that its server ends', '&& this.#isPersistent && ', '&& '],
      ['a connection that is the end of a body', ' && !body.endsWithConnection\n', '\n'],
      ['an answer before the end of the upload', 'const isKept = isSent && ', 'const isKept = '],
    ],
  ],
]
