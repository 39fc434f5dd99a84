const src = (name) => `packages/proxy/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/proxy/test/${name}.test.ts`)

export const proxyProofs = [
  [
    src('login/deliver'),
    test('login/answer-challenge'),
    [
      ['any answer is a login', 'response.status === 204 ? sessionOf', 'response.status < 500 ? sessionOf'],
      [
        'any answer redeems a token',
        '[301, 302, 303].includes(response.status) ? sessionOf',
        'response.status < 500 ? sessionOf',
      ],
      [
        'the cookie of the challenge',
        '...clientCookies(exchange.requestRawHeaders), login.challengeCookie]',
        '...clientCookies(exchange.requestRawHeaders)]',
      ],
      ['the origin of the login', "'Origin', exchange.origin, ", ''],
    ],
  ],
  [
    src('login/replay'),
    test('login/answer-challenge'),
    [
      ["the client's own challenge cookies", '.filter(({ name }) => !isChallengeCookieName(name))', ''],
      ['old cookies beside the new', '.filter(({ name }) => !names.has(name))', ''],
    ],
  ],
  [
    src('login/sessions'),
    test('login/answer-challenge', 'login/sessions'),
    [
      ["the challenge's cookie is a session", ' || isChallengeCookieName(pair.name)', ''],
      ['a removal is a session', '.filter(({ line }) => !isRemoval(line))', ''],
      ['any number of sessions', 'sessions.size > MAX_ORIGINS && ', 'false && '],
    ],
  ],
  [
    src('login/proofs/signed-identity'),
    [...test('login/answer-challenge', 'login/proofs/signed-identity'), 'test/security/replay-a-token.test.ts'],
    [
      ['a seal without the binding', '.setAAD(Buffer.from(binding))', ''],
      ['a proof for no origin', 'origin,\n    realm,', "origin: '',\n    realm,"],
      ['a data key under no context', 'context: challenge.encryptionContext,', 'context: {},'],
    ],
  ],
  [
    src('aws/kms'),
    test('aws/kms'),
    [
      ['a client for every region', 'clients.size <= MAX_CLIENTS', 'clients.size > 0'],
      ['the connections of a client that is forgotten', '  oldest[1].kms.destroy()\n', ''],
    ],
  ],
]
