const src = (name) => `packages/server-middleware/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/server-middleware/test/${name}.test.ts`)

export const middlewareSessions = [
  [
    src('session/sessions'),
    test('session/sessions', 'login/logout'),
    [
      ['a session of another origin', ' || session.payload.origin !== origin', ''],
      ['a session that has ended', 'nowSeconds < expSeconds && ', ''],
      ['a session longer than sessions are', ' && expSeconds <= iatSeconds + config.sessionSeconds', ''],
      ['a session of the future', 'iatSeconds > nowSeconds + FUTURE_SECONDS || ', ''],
      ['a session from before', ' || iatSeconds < config.sessionsNotBefore', ''],
      [
        'a session that was logged out',
        '(await store.used(revocationId(session.identity))) ? undefined : session.identity',
        'session.identity',
      ],
      ['a logout that is forgotten', 'identity.expiresAt / 1000)\n    },\n    remove', '0)\n    },\n    remove'],
      ['all sessions are one', 'return `session:${sid}`', "return 'session:'"],
      ['a cookie without Secure', "config.origin?.startsWith('https:') === true", 'false'],
    ],
  ],
  [
    src('session/session-cookie'),
    test('session/session-cookie', 'session/sessions'),
    [
      ['SHA-1', "new Keygrip(keys, 'sha256')", 'new Keygrip(keys)'],
      ['scripts that read it', 'httpOnly: true', 'httpOnly: false'],
      ['other sites that send it', "sameSite: 'lax'", "sameSite: 'none'"],
      ['a name without __Host-', "secure ? '__Host-iam_auth' : 'iam_auth'", "'iam_auth'"],
    ],
  ],
  [
    src('session/open-session'),
    test('session/sessions', 'policy/may-come-in'),
    [
      [
        'rules that have changed',
        'mayComeIn(identity, config.allow) ? { payload, identity } : undefined',
        '{ payload, identity }',
      ],
    ],
  ],
  [
    src('session/cookie-pair'),
    test('session/sessions'),
    [
      ['a cookie twice', 'if (found !== undefined) return undefined', ''],
      ['a name that ends alike', 'if (!startsPair(cookieHeader, at)) continue', ''],
    ],
  ],
  [
    src('session/session-payload'),
    test('session/session-cookie', 'session/sessions'),
    [
      ["another version's payload", " || value['v'] !== 1", ''],
      ['times of any type', 'if (!Number.isInteger(iatSeconds) || !Number.isInteger(expSeconds)) return undefined', ''],
    ],
  ],
]
