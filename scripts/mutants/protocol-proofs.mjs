const src = (name) => `packages/protocol/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/protocol/test/${name}.test.ts`)

/** The binding without one of its fields, each in turn. */
const bindingFields = ['origin', 'realm', 'challenge', 'exp', 'versions', 'proofs', 'proof', 'keyArn']

export const protocolProofs = [
  [
    src('binding'),
    test('binding', 'properties/invariants', 'independent-vectors'),
    [
      ...bindingFields.map((name) => [`a binding without ${name}`, `    fields.${name},\n`, '']),
      ['a binding without the context', '    sha256(utf8.encode(fields.encryptionContextHeader)),\n', ''],
      ['a binding without the auth path', "    fields.authPath ?? '',\n", ''],
      ['an absent auth path is /auth', "fields.authPath ?? ''", "fields.authPath ?? '/auth'"],
      ['fields without their lengths', '[u32(part.length), part]', '[part]'],
      ['a binding without its prefix', '[utf8.encode(PREFIX), ...parts', '[...parts'],
      ['little-endian lengths', '.setUint32(0, value)', '.setUint32(0, value, true)'],
    ],
  ],
  [
    src('key-arn'),
    test('key-arn', 'challenge'),
    [
      ['a region of another partition', ' || partitionOfRegion(region) !== partition', ''],
      ['an alias', ':key\\/(', ':(?:key|alias)\\/('],
      ['a key id in upper case', '|mrk-[0-9a-f]{32})$/', '|mrk-[0-9a-f]{32})$/i'],
    ],
  ],
  [
    src('partition'),
    test('partition', 'key-arn', 'challenge'),
    [
      ['a region of any length', 'if (region.length > MAX_REGION_LENGTH) return undefined', ''],
      ['a region of China in aws', "[/^cn-[a-z]+-\\d{1,2}$/, 'aws-cn']", "[/^cn-[a-z]+-\\d{1,2}$/, 'aws']"],
      ['a host in a region', "[a-z]{2}-[a-z]+-\\d{1,2}$/, 'aws']", "[a-z]{2}-[a-z.]+-\\d{1,2}$/, 'aws']"],
      [
        'a region of GovCloud in aws',
        "[/^us-gov-[a-z]+-\\d{1,2}$/, 'aws-us-gov']",
        "[/^us-gov-[a-z]+-\\d{1,2}$/, 'aws']",
      ],
    ],
  ],
  [
    src('origin'),
    test('origin'),
    [
      [
        'origins that are not as printed',
        'return new URL(text).origin === text',
        "return new URL(text).origin !== 'null'",
      ],
      ['other schemes', 'if (!/^https?:\\/\\//.test(text)) return false', ''],
      ['a name that begins with 127 is loopback', '/^127(\\.\\d{1,3}){3}$/', '/^127\\./'],
    ],
  ],
  [
    src('auth-path'),
    test('auth-path'),
    [
      ['dot segments', ' || dotted', ''],
      ['a path of any length', ' || path.length > MAX_BYTES', ''],
      ['characters of any kind', ' || !SHAPE.test(path)', ''],
    ],
  ],
  [
    src('base64'),
    test('base64'),
    [
      ['several spellings of base64url', 'if (formatBase64Url(bytes) !== text) throw notCanonical()', ''],
      ['several spellings of base64', 'if (formatBase64(bytes) !== text) throw notCanonical()', ''],
    ],
  ],
  [
    src('signed-identity'),
    test('signed-identity', 'properties/invariants'),
    [
      ['a proof in another spelling', 'if (formatSignedIdentity(proof) !== json) throw', 'if (false) throw'],
      ['members of any form', ' || !MEMBERS[name]?.test(member)', ''],
      [
        'a token beside a long-lived key',
        "accessKeyId.startsWith('ASIA') ? text('t') : undefined",
        "value['t'] === undefined ? undefined : text('t')",
      ],
    ],
  ],
  [
    src('login-request'),
    test('login-request'),
    [
      ['a body in another spelling', 'if (formatLoginRequest(request) !== json) throw', 'if (false) throw'],
      [
        'a data key of any size',
        'requireBytes(ek, 1, KMS_MAX_CIPHERTEXT_BYTES)',
        'requireBytes(ek, 0, Number.POSITIVE_INFINITY)',
      ],
      ['an iv of any size', 'requireBytes(iv, IV_BYTES, IV_BYTES)', 'requireBytes(iv, 0, 100)'],
      ['an id of any form', ' || !isOpaqueChallengeId(challenge)', ''],
    ],
  ],
  [
    src('session-token'),
    test('session-token'),
    [
      ['a member twice', ' || countJsonStrings(json) !== count * 2', ''],
      ['members of any form', ' || !MEMBERS[name]?.test(member)', ''],
      ['long-lived keys', 'AccessKeyId: /^ASIA', 'AccessKeyId: /^A[SK]IA'],
    ],
  ],
  [
    src('principal-arn'),
    test('principal-arn'),
    [
      ['an unknown partition', '!isPartition(partition)', 'false'],
      ['a session of several segments', '`^assumed-role/(${NAME})/(${NAME})$`', '`^assumed-role/(${NAME})/(.+)$`'],
      ['a look-alike of Identity Center', '_[0-9a-f]{16}$/', '_[0-9a-f]+$/'],
      ['a role that begins like Identity Center', '/^AWSReservedSSO_(', '/AWSReservedSSO_('],
      ['an ARN with something before it', 'const ARN = /^arn', 'const ARN = /arn'],
      ['an account of any length', '(iam|sts)::(\\d{12}):', '(iam|sts)::(\\d+):'],
    ],
  ],
  [
    src('challenge-id'),
    test('challenge-id', 'cookies'),
    [
      ['a MAC with several spellings', '{42}[AEIMQUYcgkosw048])$/', '{43})$/'],
      ['a MAC that does not cover the origin', '`${origin}\\0${id}`', '`${id}`'],
      ['a MAC that runs origin and id together', '`${origin}\\0${id}`', '`${origin}${id}`'],
    ],
  ],
  [src('amz-date'), test('amz-date'), [['February 30th', ' || formatAmzDate(ms) !== text', '']]],
  [
    src('identity-request'),
    test('identity-request', 'independent-vectors'),
    [
      [
        'a signature without the binding',
        'if (request.binding !== undefined) headers.push([BINDING_HEADER, request.binding])',
        '',
      ],
      [
        'a signature without the session token',
        "if (request.sessionToken !== undefined) headers.push(['x-amz-security-token', request.sessionToken])",
        '',
      ],
      ['XML is asked for', "['accept', 'application/json']", "['accept', 'text/xml']"],
    ],
  ],
]
