const src = (name) => `packages/proxy/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/proxy/test/${name}.test.ts`)

/** The proxy without one line of its tables of addresses, each in turn. */
const addressFamilies = [
  "  ['metadata', '169.254.169.254', 32], // AWS, Google, Azure, Oracle, DigitalOcean\n",
  "  ['metadata', '169.254.170.0', 24], // Amazon ECS tasks, EKS pod identity\n",
  "  ['metadata', '100.100.100.200', 32], // Alibaba\n",
  "  ['metadata', '168.63.129.16', 32], // Azure's host\n",
  "  ['metadata', '192.0.0.192', 32], // Oracle, older\n",
  "  ['loopback', '127.0.0.0', 8],\n",
  "  ['link-local', '169.254.0.0', 16],\n",
  "  ['unspecified', '0.0.0.0', 8],\n",
  "  ['metadata', 'fd00:ec2::', 32], // AWS\n",
  "  ['metadata', 'fd20:ce::254', 128], // Google\n",
  "  ['loopback', '::1', 128],\n",
  "  ['link-local', 'fe80::', 10],\n",
  '  (hex, prefix) => [`::ffff:0:${hex}`, 96 + prefix],\n',
  '  (hex, prefix) => [`::${hex}`, 96 + prefix],\n',
  '  (hex, prefix) => [`64:ff9b::${hex}`, 96 + prefix],\n',
  '  (hex, prefix) => [`64:ff9b:1::${hex}`, 96 + prefix],\n',
  '  (hex, prefix) => [`2002:${hex}::`, 16 + prefix],\n',
  "  ['localhost', 'loopback'],\n",
  "  ['metadata.google.internal', 'metadata'],\n",
]

export const proxyAddresses = [
  [
    src('server/addresses'),
    test('server/destinations'),
    [
      ...addressFamilies.map((line) => [`addresses of ${line.trim()}`, line, '']),
      ['names below localhost', "name.endsWith('.localhost') ? 'loopback' : ", ''],
      ['a trailing dot hides a name', ".replace(/\\.+$/, '')", ''],
      ['upper case hides a name', 'host.toLowerCase().replace', 'host.replace'],
    ],
  ],
  [
    src('server/destinations'),
    [
      ...test('server/destinations', 'upstream/direct', 'upstream/socks'),
      'test/security/use-the-proxy-from-elsewhere.test.ts',
    ],
    [
      ['--allow-loopback allows metadata', "(kind === 'loopback' && allowLoopback)", 'allowLoopback'],
      ['nobody needs trust', ' || isTrusted(host, port)) return', ' || true) return'],
      ['the proxy itself', 'if (isOwnListener(listeners, address, destination.port)) {', 'if (false) {'],
      [
        'behind SOCKS',
        'requireAllowedKind(destination, net.isIP(host) === 0 ? nameKind(host) : addressKind(host))',
        '',
      ],
      [
        'the proxy by another of its addresses',
        "return addressKind(listener.host) === 'unspecified' && isAddressOfThisMachine(address)",
        'return false',
      ],
    ],
  ],
  [
    src('upstream/direct'),
    test('upstream/direct', 'server/destinations'),
    [
      ['literals', 'if (net.isIP(host) !== 0) destinationPolicy.requireAllowedAddress(target, host)', ''],
      [
        'what a name resolves to',
        'for (const { address } of addresses) policy.requireAllowedAddress(target, address)',
        '',
      ],
    ],
  ],
]
