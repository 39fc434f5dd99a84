const src = (name) => `packages/proxy/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/proxy/test/${name}.test.ts`)

/** The local authority, and what happens in the tunnels that it opens: whom it speaks for, and what a service may say there. */
export const proxyInterception = [
  [
    src('tls/authority'),
    test('tls/authority', 'tls/authority-file'),
    [
      ['a root without constraints', '...authorityExtensions(1), constraints, ', '...authorityExtensions(1), '],
      [
        'an intermediate without constraints',
        '...authorityExtensions(0), constraints, ',
        '...authorityExtensions(0), ',
      ],
      ['an intermediate for all uses', 'constraints, serverAuthOnly(), ...identifiers', 'constraints, ...identifiers'],
      ['an intermediate that makes others', 'authorityExtensions(0)', 'authorityExtensions(1)'],
      ['a key of another certificate', 'if (!intermediate.checkPrivateKey(key))', 'if (false)'],
      ['names beyond the certificates', 'if (![root, intermediate].every(', 'if (![].every('],
      [
        'the key of the root is kept',
        'intermediatePem, intermediateKeyPem }\n}\n\n/** The authority',
        'intermediatePem, intermediateKeyPem, rootKeyPem: root.privateKey.export({ type: "pkcs8", format: "pem" }) }\n}\n\n/** The authority',
      ],
    ],
  ],
  [
    src('tls/extensions'),
    test('tls/authority'),
    [
      [
        'constraints that need not be understood',
        'return critical(OID.nameConstraints',
        'return extension(OID.nameConstraints',
      ],
      ['IP addresses', '[8, 32].map(', '[].map('],
      ['no constraint at all', 'if (permitted.length === 0) throw', 'if (false) throw'],
    ],
  ],
  [
    src('tls/names'),
    test('tls/names', 'tls/authority'),
    [
      [
        'names that only end alike',
        'name.endsWith(`.${own}`))\n}\n\n/**\n * A name',
        'name.endsWith(own))\n}\n\n/**\n * A name',
      ],
      ['IP addresses', ' || isIP(name) !== 0', ''],
      ['whole top-level domains', 'if (labels.length < 2) throw', 'if (false) throw'],
      ['co.uk', 'SECOND_LEVEL.test(name) || ', ''],
      ['domains of strangers', ' || SHARED.some((shape) => shape.test(name))', ''],
    ],
  ],
  [
    src('tls/leaf'),
    test('tls/authority', 'tls/contexts'),
    [
      ['names outside of the authority', ' || !authority.covers(name)', ''],
      ['an authority that has expired', 'if (now >= authority.expiresAt) throw', 'if (false) throw'],
      ['leaves that outlive it', 'Math.min(now + VALID_MS, expiresAt)', 'now + VALID_MS'],
    ],
  ],
  [
    src('tls/contexts'),
    test('tls/contexts'),
    [['strangers push out those that we serve', 'const name = requireCovered(authority, host)', 'const name = host']],
  ],
  [
    src('tls/authority-file'),
    test('tls/authority-file'),
    [
      ['a folder of somebody else', '...(found.uid === uid\n', '...(true\n'],
      ['a folder that others look into', '...(found.mode & OTHERS ?', '...(false ?'],
      ['a folder that is a link', 'if (found.isSymbolicLink()) {', 'if (false) {'],
      [
        'a folder that others exchange',
        "  requireSafeFolder(configFolder, { kind: 'user', uid })\n  const text",
        '  const text',
      ],
    ],
  ],
  [
    src('tls/interception'),
    test('tls/interception'),
    [
      ['an authority that has expired', ' && now() < authority.expiresAt', ''],
      [
        'an authority that is gone',
        'if (stamp !== state.stamp) {',
        'if (stamp !== state.stamp && stamp !== NOTHING) {',
      ],
      ['hosts that it does not cover', 'authority?.covers(host) === true', 'authority !== undefined'],
    ],
  ],
  [
    src('server/readable-tunnel'),
    test('server/inside-tunnels'),
    [
      ['services that nobody trusts', ' || !trusted?.coversOrigin(site.origin)', ''],
      ['hosts that the authority does not cover', '(await interception.covers(host)) ? site : undefined', 'site'],
    ],
  ],
  [
    src('server/tunnel-dial'),
    test('server/inside-tunnels'),
    [['a service that resets a silent tunnel', "    socket.on('error', () => {})\n", '']],
  ],
  [
    src('server/splice'),
    test('server/inside-tunnels'),
    [
      ['a client that has ended before', '  if (from.readableEnded) to.end()\n  else if', '  if'],
      ['a service that has died before', 'else if (from.destroyed) passDeath(to)', 'else if (false) passDeath(to)'],
    ],
  ],
  [
    src('server/http2-answer'),
    test('server/inside-tunnels'),
    [['fields that stand twice', "name === 'set-cookie' ? [before, value].flat()", 'true ? [before, value].flat()']],
  ],
  [
    src('server/fields'),
    test('server/inside-tunnels'),
    [['HTTP2-Settings travels on', "  ['http2-settings', 'drop'],\n", '']],
  ],
  [
    src('server/request-checks'),
    test('server/inside-tunnels'),
    [
      ['CONNECT as a stream', "if (method === 'CONNECT') throw", 'if (false) throw'],
      ['methods that Node writes in capitals', 'if (!HTTP1_METHODS.has(method)) throw', 'if (false) throw'],
    ],
  ],
  [
    src('upstream/spare-connections'),
    test('server/inside-tunnels'),
    [
      ['a connection that is gone', 'if (socket.destroyed) return', ''],
      ['an answer before the request', "const events = ['data', ", 'const events = ['],
    ],
  ],
]
