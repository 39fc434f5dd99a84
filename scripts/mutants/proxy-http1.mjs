const src = (name) => `packages/proxy/src/upstream/http1/${name}.ts`
const LIKE_NODE = 'packages/proxy/test/upstream/http1/like-node.test.ts'
const REUSE = 'packages/proxy/test/upstream/http1/reuse.test.ts'

export const proxyHttp1 = [
  [
    src('fields'),
    [LIKE_NODE],
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
      ['16 KiB of fields', 'if (this.#bytes >= FIELDS_LIMIT_BYTES) throw', 'if (false) throw'],
    ],
  ],
  [
    src('response-head'),
    [LIKE_NODE, REUSE],
    [
      ['other versions', '/^HTTP\\/(1\\.[01]) (\\d{3})', '/^HTTP\\/(\\d\\.\\d) (\\d{3})'],
      ['another protocol', 'return PREFIX.startsWith(start) || ', 'return true || '],
    ],
  ],
  [
    src('chunked-body'),
    [LIKE_NODE],
    [
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
    src('connection'),
    [REUSE, 'packages/proxy/test/server/aborts.test.ts'],
    [
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
      ['an answer before the end of the upload', 'const isKept = isSent && ', 'const isKept = '],
    ],
  ],
]
