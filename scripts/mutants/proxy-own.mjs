const src = (name) => `packages/proxy/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/proxy/test/${name}.test.ts`)

/** The proxy's own pages and its MFA form: who is answered, and how often. */
export const proxyOwn = [
  [
    src('own/own-host'),
    test('own/own-pages'),
    [
      ['names that lead here', 'return own.includes(', 'return true || own.includes('],
      ['another port', '`${name}:${port}`)', '`${name}:${port}`), asked'],
    ],
  ],
  [
    src('own/requirements'),
    test('own/own-pages'),
    [
      ['another Origin', "if (claimed !== '' && claimed !== origin)", 'if (false)'],
      ['another site', "if (site === '' || site === 'none' || site === 'same-origin')", 'if (true)'],
      ['another port of this machine', "site === 'same-origin')", "site.startsWith('same-'))"],
      ['frames', " && value('sec-fetch-dest') === 'document'", ''],
      ['links to any page', 'isLink && route?.mayBeLinked === true', 'isLink'],
    ],
  ],
  [
    src('own/own-pages'),
    test('own/own-pages'),
    [
      ['a POST without the token', '!isRead(method) && !isSame(', 'false && !isSame('],
      ['pages without the password', 'if (!(isAuthorized || route?.isPublic === true))', 'if (false)'],
      ['what is refused elsewhere', 'if (elsewhere !== undefined) return elsewhere', ''],
    ],
  ],
  [
    src('own/read-form'),
    test('own/own-pages'),
    [
      ['any type', 'if (!/^application', 'if (false && !/^application'],
      ['any size', 'if (length > MAX_BYTES) throw', 'if (false) throw'],
    ],
  ],
  [
    src('own/send-answer'),
    test('own/own-pages'),
    [
      ['frames', "    ...['X-Frame-Options', 'DENY'],\n", ''],
      ['other origins', "    ...['Cross-Origin-Resource-Policy', 'same-origin'],\n", ''],
      ['what sniffs', "    ...['X-Content-Type-Options', 'nosniff'],\n", ''],
      ['stores', "    ...['Cache-Control', 'no-store'],\n", ''],
    ],
  ],
  [
    src('mfa/tickets'),
    test('mfa/desk'),
    [['tickets for ever', 'deps.now() - ticket.at < LIFE_MS ? ticket', 'true ? ticket']],
  ],
  [
    src('mfa/question'),
    test('mfa/desk'),
    [
      ['any number of tries', 'if (triesLeft === 0) return false', ''],
      ['a code twice', 'isUsed(answer) ? USED : undefined', 'undefined'],
      ['codes that are none', '/^\\d{6}$/.test(answer) ? ', 'true ? '],
      ['questions for ever', '    timer = setTimeout(() => question.end(NOT_IN_TIME), LIFE_MS).unref()\n', ''],
    ],
  ],
  [src('mfa/desk'), test('mfa/desk'), [['another session’s code', '  await before\n', '']]],
]
