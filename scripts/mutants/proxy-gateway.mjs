const src = (name) => `packages/proxy/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/proxy/test/gateway/${name}.test.ts`)

/** A gateway: who is answered, what stays foreign, and what leads back to it. */
export const proxyGateway = [
  [
    src('gateway/front'),
    test('gateway'),
    [
      [
        'the exact Host',
        'front.host === host.toLowerCase()',
        'host.toLowerCase().startsWith(front.host.split(":")[0] ?? "")',
      ],
      ['two Hosts', ' || others.length > 0', ''],
      ['absolute form', " || !url.startsWith('/')", ''],
    ],
  ],
  [
    src('server/forward'),
    test('gateway'),
    [['what is for no site of a gateway', 'if (fronts && !front) {', 'if (false) {']],
  ],
  [
    src('server/tunnel'),
    test('gateway'),
    [
      [
        'a CONNECT at a gateway',
        "  if (fronts !== undefined) throw new Refusal(421, 'this is a gateway of iam-auth-proxy, and no proxy')\n",
        '',
      ],
    ],
  ],
  [
    src('gateway/origins'),
    test('fields'),
    [
      ['the real address is another origin', '    if (origin === place.site.origin) return place.origin\n', ''],
      ['spellings of an origin', 'URL.canParse(value) ? new URL(value).origin : value', 'value'],
    ],
  ],
  [
    src('gateway/request-fields'),
    test('fields'),
    [
      ['cookies for a neighbour', "    if (field === 'cookie' && dropsCookies) continue\n", ''],
      ['a neighbour as the same site', "field === 'sec-fetch-site' && isForeign", 'false'],
      ['Referer', "  if (name === 'referer') return swapUrl(value, places)\n", ''],
    ],
  ],
  [
    src('gateway/neighbours'),
    test('fields'),
    [
      ['another port', 'hostname === name || ', ''],
      ['a name below', ' || hostname.endsWith(`.${name}`)', ''],
      ['same-site', "  if (headerValues(rawHeaders, 'sec-fetch-site').includes('same-site')) return true\n", ''],
      ['a posted form', 'isSafe && says', 'says'],
      ['a frame', " && says('sec-fetch-dest', 'document')", ''],
    ],
  ],
  [src('gateway/set-cookie'), test('fields'), [['a Domain that is not the site’s', 'covering === host ||', 'true ||']]],
  [
    src('gateway/kept-names'),
    test('kept-names'),
    [
      ['a name of another site', '(names.get(name) ?? origin) === origin', 'true'],
      ['a chosen name of another site', '    requireFree(named, names, path)\n', ''],
      ['a name that is none', 'LABEL.test(name) && ', ''],
    ],
  ],
  [
    src('gateway/listen'),
    test('sites'),
    [['other addresses than loopback', 'if (LOOPBACK.includes(host)) return port', 'return port']],
  ],
]
