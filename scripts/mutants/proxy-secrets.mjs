const src = (name) => `packages/proxy/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/proxy/test/${name}.test.ts`)

export const proxySecrets = [
  [
    src('config/resolve'),
    test('config/resolve'),
    [
      [
        'other machines without a password',
        'if (!isLoopbackHost(bind.host) && proxyAuth === undefined) problems',
        'if (false) problems',
      ],
      ['a password of any length', '(\\S{8,})$/', '(\\S*)$/'],
    ],
  ],
  [
    src('config/secret-file'),
    test('config/secret-file'),
    [
      ["somebody else's file", 'uid !== ownUid && uid !== ROOT', 'false'],
      ['a file that others read', '(mode & 0o077) !== 0', 'false'],
      ['a file that the group reads', '0o077', '0o007'],
    ],
  ],
  [
    src('private-process'),
    test('private-process'),
    [
      ['memory in core files', "writeFileSync('/proc/self/coredump_filter', '0')", ''],
      ['arguments in the process list', "if (holdSecret) process.title = 'iam-auth-proxy'", ''],
    ],
  ],
  [
    src('trust/quote'),
    test('trust/quote'),
    [
      ['passwords in URLs', ".replaceAll(/\\/\\/[^/?#\"]*@/g, '//…@')", ''],
      ['what a terminal obeys', ".replaceAll(/[\\x7f-\\x9f]/g, '?')", ''],
    ],
  ],
  [
    src('secret'),
    test('secret'),
    [
      [
        'toString of a secret',
        'toString(): string {\n    return SHOWN',
        'toString(): string {\n    return this.#value',
      ],
      ['JSON of a secret', 'toJSON(): string {\n    return SHOWN', 'toJSON(): string {\n    return this.#value'],
      [
        'inspect of a secret',
        '[inspect.custom](): string {\n    return SHOWN',
        '[inspect.custom](): string {\n    return this.#value',
      ],
    ],
  ],
]
