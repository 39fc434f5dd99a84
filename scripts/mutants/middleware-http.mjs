const src = (name) => `packages/server-middleware/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/server-middleware/test/${name}.test.ts`)

export const middlewareHttp = [
  [
    src('http/requirements'),
    test('login/verify-request', 'login/logout'),
    [
      ['any method', 'if (req.method !== method) throw', 'if (false) throw'],
      ['any type', '!isJson || ', ''],
      ['compressed bodies', " || headers['content-encoding'] !== undefined", ''],
      ['another Origin', '!sameOrigin || ', ''],
      [
        'the Origin null',
        'headers.origin === origin // ',
        "headers.origin === origin || headers.origin === 'null' // ",
      ],
      ['same-site', " && site !== 'same-origin' && site", " && site !== 'same-origin' && site !== 'same-site' && site"],
    ],
  ],
  [
    src('http/request-facts'),
    test('http/request-facts', 'iam-auth', 'login/challenge'),
    [
      ['any Host', "host === configured.slice(configured.indexOf('//') + 2) ? configured : undefined", 'configured'],
      ['any Host without an origin', 'LOOPBACK_HOST.test(host) ? `http://${host}` : undefined', '`http://${host}`'],
      ['public paths that were rewritten', ' && (!isRewritten || isPublicPath(routed, publicPaths))', ''],
      ['a preflight without its header', " && headers['access-control-request-method'] !== undefined", ''],
    ],
  ],
  [
    src('iam-auth'),
    test('iam-auth', 'http/request-facts'),
    [
      ['an identity that others set', '  delete req.iam // ', '  // '],
      ['a Host that is not ours', 'return isPublic || misdirected()', 'return true'],
    ],
  ],
  [
    src('http/read-body'),
    test('login/verify-request'),
    [
      [
        'a length that is too long',
        "if (Number(req.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge()",
        '',
      ],
      ['a body that is too long', 'if (length > MAX_BODY_BYTES) {', 'if (false) {'],
    ],
  ],
  [
    src('http/rate-limit'),
    [...test('http/rate-limit'), 'test/security/make-the-service-burn-money.test.ts'],
    [
      ['the limit of an address', 'if (!ofOne.take(networkOf(address))) {', 'if (false) {'],
      ['the limit of all', "if (!ofAll.take('all')) {", 'if (false) {'],
      ['every address of a /64', ".slice(0, 4).join(':')}::/64`", ".join(':')}`"],
      ['every text is an address', "if (!isIPv6(bare)) return 'unknown'", 'if (!isIPv6(bare)) return bare'],
    ],
  ],
  [
    src('http/token-buckets'),
    test('http/rate-limit'),
    [
      [
        'a bucket that grows',
        'Math.min(burst, last.tokens + elapsed * perSecond)',
        'last.tokens + elapsed * perSecond',
      ],
      ['any number of names', 'if (buckets.size > maxNames) buckets.delete', 'if (false) buckets.delete'],
    ],
  ],
  [
    src('login/concurrency'),
    test('login/concurrency'),
    [
      ['any number at a time', 'if (running >= max) throw', 'if (false) throw'],
      ['places that are not given back', '        running--\n', ''],
    ],
  ],
  [
    src('stores/memory'),
    test('stores/store-contract'),
    [
      ['an id twice', 'if (holds(id, nowSeconds)) return false', ''],
      [
        'a store that forgets when it is full',
        'if (untilById.size >= maxEntries) throw',
        'if (untilById.size >= maxEntries) untilById.clear()\n      if (false) throw',
      ],
    ],
  ],
  [src('stores/redis'), test('stores/store-contract'), [['an id twice', "'NX', ", '']]],
  [
    src('refusal'),
    [...test('login/verify-proof', 'respond/respond'), 'test/security/learn-from-a-refusal.test.ts'],
    [
      [
        'a refusal that is told from others',
        'ERR_IAM_SEAL: { status: 403, spent: true }',
        'ERR_IAM_SEAL: { status: 400, spent: true }',
      ],
      ['a cookie that stays', 'ERR_IAM_ACCOUNT: { status: 403, spent: true }', 'ERR_IAM_ACCOUNT: { status: 403 }'],
    ],
  ],
]
