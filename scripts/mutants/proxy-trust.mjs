const src = (name) => `packages/proxy/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/proxy/test/${name}.test.ts`)

export const proxyTrust = [
  [
    src('trust/suffix'),
    test('trust/suffix'),
    [
      ['everything below com', "labels.split('.').length < MIN_LABELS", 'false'],
      ['a host that ends alike', 'const tail = suffix.slice(star + 1)', 'const tail = suffix.slice(star + 2)'],
      ['another scheme', '!origin.startsWith(head) || ', ''],
      ['no label at all', 'return LABELS.test(origin.slice(head.length, -tail.length))', 'return true'],
    ],
  ],
  [
    src('trust/entry'),
    test('trust/entry', 'trust/file-format'),
    [
      ['a suffix for version 1', "protocol !== '2' || plainHttp || key", 'plainHttp || key'],
      ['a suffix for plain http', "protocol !== '2' || plainHttp || key", "protocol !== '2' || key"],
      [
        'a suffix without an account',
        "if (keyAccount === undefined) throw new TypeError('a suffix",
        "if (false) throw new TypeError('a suffix",
      ],
      ['an account of any length', '/^\\d{12}$/.test(keyAccount)', '/^\\d+$/.test(keyAccount)'],
      ['an origin in another spelling', 'if (!isOrigin(name)) throw', 'if (false) throw'],
      ['an option twice', 'if (member in written) throw', 'if (false) throw'],
      [
        'version 1 by default',
        "protocol = '2', plainHttp = false }: WrittenEntry): OriginTrust",
        "protocol = '1', plainHttp = false }: WrittenEntry): OriginTrust",
      ],
    ],
  ],
  [
    src('trust/merge'),
    test('trust/merge', 'trust/live'),
    [
      ['pins that contradict each other', 'if (pins.size < 2) return []', 'return []'],
      ["a weaker source's pin", 'pin: owned.flatMap(pinsOf)[0]', 'pin: pinsOf(owned[0] as Owned)[0]'],
      [
        'version 1 by any source',
        "allowsVersion1: 'origin' in first.entry && first.entry.allowsVersion1",
        "allowsVersion1: owned.some(({ entry }) => 'origin' in entry && entry.allowsVersion1)",
      ],
    ],
  ],
  [
    src('trust/list'),
    test('trust/list'),
    [
      ['the shortest suffix', 'b.name.length - a.name.length', 'a.name.length - b.name.length'],
      [
        'a suffix before an exact entry',
        'byName.get(origin) ?? suffixes.find(({ name }) => matchesSuffix(name, origin))',
        'suffixes.find(({ name }) => matchesSuffix(name, origin)) ?? byName.get(origin)',
      ],
      [
        'a suffix makes addresses reachable',
        "entries.filter(({ name }) => !name.includes('*')).map(({ name }) => authorityOf(name))",
        "entries.map(({ name }) => authorityOf(name.replace('*.', '')))",
      ],
      [
        'every port of a trusted host',
        'named.has(`${host.toLowerCase()}:${port}`)',
        '[...named].some((own) => own.startsWith(`${host.toLowerCase()}:`))',
      ],
    ],
  ],
  [
    src('trust/file-format'),
    test('trust/file-format'),
    [
      ['members that are not known', 'if (unknown !== undefined) throw', 'if (false) throw'],
      ['members of an entry that are not known', 'if (type === undefined) throw', 'if (false) throw'],
      ['members of another type', 'if (typeof content !== type) throw', 'if (false) throw'],
      ['an entry twice', 'problems.push(...[...new Set(twice)].map((name) => `${name} stands twice`))', ''],
      ['a member twice', '  requireNoTwins(text, written)\n', ''],
      ['another version', 'if (version !== 1) throw', 'if (false) throw'],
      ['what is wrong with an entry', 'if (problems.length > 0) throw', 'if (false) throw'],
    ],
  ],
  [
    src('trust/twins'),
    test('trust/twins'),
    [
      ['names with escapes', 'String(JSON.parse(name))', 'name.slice(1, -1)'],
      ['texts are names', 'colon !== undefined', 'true'],
      ['twins', 'name !== found[index]', 'false'],
    ],
  ],
  [
    src('trust/guarded-file'),
    test('trust/guarded-file'),
    [
      ['a link', '(constants.O_NOFOLLOW ?? 0)', '0'],
      ['a file of somebody else', 'return [...foreign(path, file.uid, owner), ...open]', 'return open'],
      ['a folder of somebody else', 'return [...foreign(path, uid, owner), ...writable]', 'return writable'],
      ['a file that others may write', 'file.mode & forbidden ?', 'false ?'],
      ['a folder that others may write', 'mode & 0o022 ? [`others', 'false ? [`others'],
      ['a folder that the group may write', 'mode & 0o022 ? [`others', 'mode & 0o002 ? [`others'],
      ["a user's file that others may read", 'user: { forbidden: 0o077', 'user: { forbidden: 0o022'],
      ['a system file that others may write', 'system: { forbidden: 0o022', 'system: { forbidden: 0'],
      ['no file at all', 'if (!file.isFile()) return', 'if (false) return'],
      ['a file without end', 'if (file.size > LIMIT_BYTES) return', 'if (false) return'],
    ],
  ],
  [
    src('trust/live'),
    test('trust/live'),
    [
      [
        'a file that cannot be used',
        'if (list === undefined) throw unusable()',
        'if (list === undefined) return undefined',
      ],
      ['a file that changes', 'stamp !== state.stamp || ', ''],
    ],
  ],
]
