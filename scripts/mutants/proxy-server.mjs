const src = (name) => `packages/proxy/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/proxy/test/${name}.test.ts`)

export const proxyServer = [
  [
    src('server/request-checks'),
    [
      ...test('server/request-checks', 'server/refusals', 'server/forward'),
      'test/security/smuggle-a-second-request.test.ts',
    ],
    [
      ['a loop', 'if (!headers.via?.includes(pseudonym)) return', 'return'],
      ['other versions of HTTP', '  requireHttp1(httpVersion)\n', ''],
      ['two Hosts', 'if (hostCount > 1) throw', 'if (false) throw'],
      ['no Host', "if (hostCount === 0 && httpVersion === '1.1') throw", 'if (false) throw'],
      ['a Host of another target', '  requireHostOfTarget(headers, target)\n', ''],
      ['a Host with another port', '?.origin === authority.origin', '?.host === authority.host'],
      ['two framings', 'if (contentLength !== undefined) throw', 'if (false) throw'],
      ['Transfer-Encoding in HTTP/1.0', "if (httpVersion !== '1.1') throw", 'if (false) throw'],
      [
        'an empty Transfer-Encoding',
        "if (transferEncoding.trim() === '') throw new Refusal(400, 'an empty Transfer-Encoding')",
        "if (transferEncoding.trim() === '') return",
      ],
      ['a coding that does not end in chunked', "if (codings.at(-1)?.trim() !== 'chunked') throw", 'if (false) throw'],
      ['a second coding', 'if (codings.length > 1) throw', 'if (false) throw'],
      ['Connection takes fields away', '  requireHarmlessConnection(headers)\n', ''],
    ],
  ],
  [
    src('server/target'),
    test('server/target'),
    [
      ['a URL without an authority', 'url.slice(0, Math.max(0, colon))', 'url.slice(0, colon)'],
      ['other schemes', "if (scheme !== 'http' && scheme !== 'https') throw", 'if (false) throw'],
      ['userinfo', '"#/:<>?@[\\\\\\]^`{|}]+)(?::', '"#/:<>?[\\\\\\]^`{|}]+)(?::'],
      ['port 0', "if (port === '0') return undefined", ''],
      ['CONNECT without a port', '/:\\d{1,5}$/.test(url) ? ', 'true ? '],
    ],
  ],
  [
    src('server/fields'),
    [
      ...test('server/forward', 'server/refusals', 'server/proxy-auth'),
      'test/security/smuggle-a-second-request.test.ts',
    ],
    [
      ['Connection removes cookies', "'authorization', 'cookie', ", "'authorization', "],
      ['Connection removes our fields', "  'iam-auth-',\n", ''],
      ['Proxy-Connection travels on', "  ['proxy-connection', 'drop'],\n", ''],
      ['TE travels on', "  ['te', 'drop'],\n", ''],
    ],
  ],
  [
    src('server/proxy-auth'),
    test('server/proxy-auth'),
    [
      ['any password', " && timingSafeEqual(sha256(Buffer.from(encoded, 'base64')), expected)", ''],
      ['no password', 'isAuthorized === undefined || isAuthorized(proxyAuthorization)', 'true'],
    ],
  ],
  [
    src('server/peer-uid'),
    test('server/peer-uid'),
    [
      ['what was read before somebody came', 'if (wanted.ordinal > last) return', ''],
      ['a line that is lost once', 'const LOOKS = 4', 'const LOOKS = 1'],
    ],
  ],
  [
    src('server/admission'),
    test('server/admission'),
    [
      [
        'users that are not known',
        'uid === ownUid || uid === ROOT',
        'uid === ownUid || uid === ROOT || uid === undefined',
      ],
      ['every user', 'admission.isAdmitted = uid === ownUid || uid === ROOT', 'admission.isAdmitted = true'],
      ['whoever is refused', 'if (admission.isAdmitted) return', 'return'],
    ],
  ],
  [
    src('server/is-challenge'),
    test('server/intercept'),
    [
      ['any number of answers', 'attempt >= MAX_ANSWERS || ', ''],
      ['paths that mean another host', 'return isPlainPath(target.authority.origin, target.path)', 'return true'],
    ],
  ],
  [
    src('server/forward'),
    test('server/refusals', 'server/forward', 'server/admission', 'server/proxy-auth', 'server/only-trusted'),
    [
      ['requests that are not admitted', '    requireAdmitted(admission)\n', ''],
      [
        'a second request after a broken one',
        'connection.isDistrusted = error.isAboutFraming && !connection.isHttp2',
        '',
      ],
      ['connections of other users', 'if (!admission.isAdmitted) response.shouldKeepAlive = false', ''],
      ['requests that are not authorised', '  requireAuthorized(context, headers)\n', ''],
      ['only trusted origins', '  requireTrustedOrigin(context, target.authority)\n', ''],
      ['requests in its own name', 'else if (site === undefined && isAskedDirectly(request)) {', 'else if (false) {'],
    ],
  ],
  [
    src('server/first-bytes'),
    test('server/inside-tunnels'),
    [['an answer before the request', 'onceRead(() => settle(first))', 'settle(first)']],
  ],
  [
    src('server/readable-tunnel'),
    test('server/inside-tunnels'),
    [
      ['tunnels to services that nobody trusts', '(trusted?.coversAuthority(host, port) ?? false)', 'true'],
      ['an unverified service', '{ secure: true }', '{}'],
      ['another name in the hello', 'if (serverName?.toLowerCase() !== host) return false', ''],
      [
        'another protocol in the hello',
        "return protocols === undefined || protocols.some((protocol) => protocol === 'http/1.1' || protocol === 'h2')",
        'return true',
      ],
    ],
  ],
  [
    src('upstream/http2-cut-off'),
    test('server/http2-upstream'),
    [['a stream that was reset is one that ended', 'chunk === null && !isEnded && stream.closed', 'false']],
  ],
  [
    src('server/http2-message'),
    test('server/http2-upstream'),
    [['half an upload is whole', '  failWhenCutOff(stream)\n', '']],
  ],
  [
    src('upstream/http2-headers'),
    test('server/http2-upstream'),
    [['cookies in the compression of all', "    [sensitiveHeaders]: ['authorization', 'cookie'],\n", '']],
  ],
  [
    src('upstream/way'),
    test('server/http2-upstream'),
    [
      [
        "a client's own connection, and HTTP/2 for all beside it",
        "createOwn: (scheme) => wayOver(scheme === 'https' ? dialTls : dial)",
        "createOwn: (scheme) => ({ ...wayOver(scheme === 'https' ? dialTls : dial), http2 })",
      ],
    ],
  ],
  [
    src('server/send'),
    test('server/http2-upstream'),
    [
      ['upgrades in HTTP/2', ' || exchange.upgrade || ', ' || '],
      ['what was refused unread', "if (error.code === 'EREFUSEDSTREAM') return true", ''],
    ],
  ],
  [
    src('server/replay'),
    test('server/http2-upstream'),
    [['calls sent again in part', 'return body.chunks !== undefined', 'return true']],
  ],
  [
    src('server/tunnel'),
    test('server/tunnel', 'server/admission', 'server/proxy-auth', 'server/only-trusted'),
    [
      ['tunnels that are not admitted', '    requireAdmitted(admission)\n', ''],
      ['tunnels that are not authorised', '  requireAuthorized(context, headers)\n', ''],
      ['tunnels to what is not trusted', '  requireTrustedTunnel(context, authority)\n', ''],
      ['tunnels to itself', '  requireNoLoop(headers, context.pseudonym)\n', ''],
    ],
  ],
]
